/** An operator whose reconciler lets errors slip as the name of a greeting says: NAMESPACE, KUBECONFIG. */
import { createLogger, loadAccess, runProcess } from '../src/runtime/index.ts';
import { createGreeter, reconcileGreeting } from './greeter.ts';

const { NAMESPACE: namespace = '' } = process.env;
const done = new Set<string>();

const slips: Record<string, () => unknown> = {
  rejects: () => Promise.reject(new Error('awaited')),
  forgets: () => void Promise.reject(new Error('not awaited')),
  'forgets-later': () => void setTimeout(() => Promise.reject(new Error('long after')), 300),
  'throws-in-callback': () => void setTimeout(() => JSON.parse('{'), 10),
  throws: () => {
    throw new Error('at once');
  },
};

const { operator } = createGreeter({
  access: await loadAccess(),
  namespace,
  logger: createLogger({ service: 'stray' }),
  reconcile: (made) => {
    const reconcile = reconcileGreeting(made);
    return (key, context) => {
      const slip = slips[key.split('/')[1] ?? ''];
      if (!slip || done.has(key)) return reconcile(key, context);
      done.add(key);
      const slipped = slip();
      return slipped instanceof Promise ? (slipped as Promise<never>) : reconcile(key, context);
    };
  },
});
await runProcess(operator);
