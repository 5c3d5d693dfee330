import { expect, test } from '@jest/globals';
import type { KubeObject } from './runtime/index.ts';
import { eventually } from '../test/api-server.ts';
import { installMonitorKinds } from '../test/foreign-kinds.ts';
import { startOwnApiServer } from '../test/own-api-server.ts';
import { PATIENCE_MS, PlatformBench, demo } from '../test/platform-bench.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { KINDS } from './platform/kinds.ts';

/** Of its own: kinds of the Prometheus Operator would be noticed by every other test. */
const bench = PlatformBench.use(() => startOwnApiServer());

interface Monitor extends KubeObject {
  readonly spec: {
    readonly selector: object;
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path?: string }[];
  };
}

test('monitors are made once the cluster has their kinds, and go when they are not wanted', async () => {
  const namespace = await bench.server.namespace();
  bench.settle(namespace);
  await bench.operate(namespace, { resyncMs: 500, reflectorTimings: { notServedMs: 500 } });
  const labels = { release: 'kube-prometheus-stack', 'app.kubernetes.io/instance': 'mine' };
  await bench.client.create(CHAT_PLATFORM, demo(namespace, { observability: { monitors: { labels } } }));
  // Without the kinds nothing is missing.
  await bench.untilReady(namespace);

  await installMonitorKinds(bench.server);
  // Each kind is noticed by itself, and what is new to it applied.
  const look = async () =>
    (await bench.namesOf(KINDS.podMonitor, namespace)).length === 2 &&
    (await bench.namesOf(KINDS.prometheusRule, namespace)).length === 1;
  await eventually('the kinds are noticed', look, PATIENCE_MS);
  const services = (await bench.lookUp(KINDS.podMonitor, namespace, 'demo-services')) as Monitor;
  // What a Prometheus selects by is the user's; what the operator finds its own by is not.
  expect(services.metadata.labels).toMatchObject({
    release: 'kube-prometheus-stack',
    'app.kubernetes.io/instance': 'demo',
  });
  const deployment = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
  const { template } = deployment?.['spec'] as {
    template: { spec: { containers: { ports: { name: string }[] }[] } };
  };
  const ports = template.spec.containers.flatMap((container) => container.ports.map(({ name }) => name));
  expect(ports).toEqual(expect.arrayContaining(services.spec.podMetricsEndpoints.map(({ port }) => port)));
  const broker = (await bench.lookUp(KINDS.podMonitor, namespace, 'demo-rabbitmq')) as Monitor;
  expect(broker.spec.podMetricsEndpoints.map(({ path }) => path)).toEqual([undefined, '/metrics/detailed']);
  const alerts = await bench.lookUp(KINDS.prometheusRule, namespace, 'demo-alerts');
  const { groups } = alerts?.['spec'] as { groups: { rules: { alert: string }[] }[] };
  expect(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))).toContain('ServiceDown');
  // Its Prometheus may come in now, beside the one that the platform brings.
  const openPorts = async () => {
    const policy = await bench.lookUp(KINDS.networkPolicy, namespace, 'demo-chat');
    const { ingress } = policy?.['spec'] as { ingress: { from?: unknown[]; ports: { port: number }[] }[] };
    return ingress
      .filter(({ from }) => from === undefined)
      .flatMap(({ ports }) => ports.map(({ port }) => port));
  };
  await eventually('it may come in', async () => (await openPorts()).join() === '9090', PATIENCE_MS);

  await bench.patch(namespace, { observability: { monitors: { enabled: false } } });
  await eventually('they are gone', async () => {
    const left = [KINDS.podMonitor, KINDS.prometheusRule].map((kind) => bench.namesOf(kind, namespace));
    return (await Promise.all(left)).flat().length === 0;
  });
}, 240_000);
