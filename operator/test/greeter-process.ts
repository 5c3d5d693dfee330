/** An operator for greetings as a process of its own, for tests that stop and kill it: NAMESPACE, IDENTITY, KUBECONFIG. */
import { createLogger, loadAccess, systemClock } from '../src/runtime/index.ts';
import { startGreeter } from './greeter.ts';

const { NAMESPACE: namespace = '', IDENTITY: identity = '' } = process.env;
const greeter = startGreeter({
  access: await loadAccess(process.env, systemClock),
  namespace,
  identity,
  logger: createLogger({ service: identity }),
  leaderElection: { namespace },
});
process.once('SIGTERM', () => void greeter.stop());
await greeter.ended.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
