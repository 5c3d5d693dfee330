import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { getJson, kubectl, kubectlApply } from './support/kubectl.ts';
import { target } from './support/target.ts';

/** The embedded node brings it; a kind cluster does not. */
const isThere = (await kubectl('get', 'apiservices', '-o', 'name')).includes('v1beta1.metrics.k8s.io');

interface Autoscaler {
  status?: {
    conditions?: { type: string; status: string; reason: string }[];
    currentMetrics?: { resource?: { current: { averageUtilization?: number } } }[];
  };
}

(isThere ? describe : describe.skip)('use of CPU and memory (needs the metrics API)', () => {
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'e2e-metrics', namespace: target.namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `${target.name}-gateway` },
      // It reads and decides, and has no choice: the operator's own number of replicas stays.
      minReplicas: 1,
      maxReplicas: 1,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } },
        },
      ],
    },
  };
  afterAll(async () => {
    await kubectl('delete', 'hpa', 'e2e-metrics', '-n', target.namespace, '--ignore-not-found');
  });

  test('kubectl top knows every service', async () => {
    const names = ['auth', 'user', 'chat', 'notification', 'media', 'gateway', 'analytics'];
    const lines = await eventually(
      'figures of all services',
      async () => {
        const output = await kubectl('top', 'pods', '-n', target.namespace, '--no-headers');
        return names.every((name) => output.includes(`${target.name}-${name}-`))
          ? output.trim().split('\n')
          : undefined;
      },
      { timeoutMs: 120_000 },
    );
    for (const line of lines) expect(line.trim()).toMatch(/^\S+\s+\d+m\s+\d+Mi$/);
  });

  test('a HorizontalPodAutoscaler computes with them', async () => {
    const applied = await kubectlApply(autoscaler);
    expect(applied).toMatchObject({ code: 0 });
    const status = await eventually(
      'figures at the autoscaler',
      async () => {
        const found = await getJson<Autoscaler>('hpa', 'e2e-metrics', '-n', target.namespace);
        return found.status?.currentMetrics?.[0]?.resource?.current.averageUtilization === undefined
          ? undefined
          : found.status;
      },
      { timeoutMs: 120_000 },
    );
    expect(status.conditions?.find(({ type }) => type === 'ScalingActive')).toMatchObject({ status: 'True' });
  });
});
