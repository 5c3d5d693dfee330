import { expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { getJson, kubectl } from './support/kubectl.ts';
import { target } from './support/target.ts';

interface List {
  items: { kind: string; metadata: { name: string } }[];
}

const OWNED =
  'deployments,statefulsets,replicasets,jobs,pods,services,configmaps,secrets,serviceaccounts,ingresses,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers';

/** The last file of all: it takes the platform away. */
test('deleting the ChatPlatform takes everything it owned, but retained volumes and what opens them', async () => {
  const selector = `app.kubernetes.io/instance=${target.name}`;
  const claims = await getJson<List>('pvc', '-n', target.namespace, '-l', selector);
  expect(claims.items.length).toBeGreaterThan(0);

  await kubectl('delete', 'chp', target.name, '-n', target.namespace, '--timeout=120s');
  const left = await eventually('nothing to be left', async () => {
    const { items } = await getJson<List>(OWNED, '-n', target.namespace, '-l', selector);
    const others = items.filter(
      ({ kind, metadata }) => !(kind === 'Secret' && metadata.name === `${target.name}-credentials`),
    );
    return others.length === 0 ? items.map(({ metadata }) => metadata.name) : undefined;
  });
  expect(left.length).toBeLessThanOrEqual(1);

  const retained = await getJson<List>('pvc', '-n', target.namespace, '-l', selector);
  expect(retained.items.map(({ metadata }) => metadata.name).sort()).toEqual(
    claims.items.map(({ metadata }) => metadata.name).sort(),
  );
});
