/**
 * A whole operator: every Greeting gets a ConfigMap with its text. Runs in a Pod or with KUBECONFIG.
 *     kubectl apply -f operator/example/greeting.yaml
 *     node operator/example/greeter.ts
 */
import { loadAccess, Operator, runProcess } from '../src/runtime/index.ts';

const namespace = process.env['WATCH_NAMESPACE'] ?? '';
const labelSelector = 'app.kubernetes.io/managed-by=greeter';
const operator = new Operator({ name: 'greeter', domain: 'example.dev', access: await loadAccess() });
const greetings = await operator.watch('example.dev/v1', 'Greeting', { namespace });
const configMaps = await operator.watch('v1', 'ConfigMap', { namespace, labelSelector });

operator.control({
  name: 'greeting',
  resource: greetings.resource,
  owns: [configMaps.resource],
  reconcile: async (key) => {
    const owner = greetings.get(key);
    if (!owner) return {}; // gone, and what it owned goes with it
    const { generation, name, ...place } = owner.metadata;
    const labels = { 'app.kubernetes.io/managed-by': 'greeter' };
    const desired = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-greeting`, namespace: place.namespace ?? '', labels },
      data: { spec: JSON.stringify(owner['spec']) },
    };
    await operator.tools.apply(desired, { owner, fieldManager: 'greeter' });
    await operator.tools.status.write(owner, { observedGeneration: generation });
    return {};
  },
});

await runProcess(operator);
