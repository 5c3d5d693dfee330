/**
 * A whole operator: every Greeting gets a ConfigMap with its text. Runs in a Pod or with KUBECONFIG.
 *     kubectl apply -f operator/example/greeting.yaml
 *     node operator/example/greeter.ts
 */
import { createLogger, loadAccess, Operator, systemClock } from '../src/runtime/index.ts';

const access = await loadAccess(process.env, systemClock);
const operator = new Operator({
  name: 'greeter',
  domain: 'example.dev',
  access,
  logger: createLogger({ service: 'greeter' }),
});
const within = { namespace: process.env['WATCH_NAMESPACE'] ?? '' };
const greetings = operator.caches.declare(await operator.discover('example.dev/v1', 'Greeting'), within);
const configMaps = operator.caches.declare(await operator.discover('v1', 'ConfigMap'), {
  ...within,
  labelSelector: 'app.kubernetes.io/managed-by=greeter',
});

operator.control({
  name: 'greeting',
  resource: greetings.resource,
  owns: [configMaps.resource],
  reconcile: async (key) => {
    const owner = greetings.get(key);
    if (!owner) return {}; // gone, and what it owned goes with it
    const { namespace = '', name } = owner.metadata;
    const metadata = {
      namespace,
      name: `${name}-greeting`,
      labels: { 'app.kubernetes.io/managed-by': 'greeter' },
    };
    const desired = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { spec: JSON.stringify(owner['spec']) },
    };
    await operator.tools.apply(desired, { owner, fieldManager: 'greeter' });
    await operator.tools.status.write(owner, { observedGeneration: owner.metadata.generation });
    return {};
  },
});

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
await operator.run(stopping.signal);
