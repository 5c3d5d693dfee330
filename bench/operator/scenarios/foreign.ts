import { KINDS } from '@chatplatform/operator/platform/kinds';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/object';
import { collectedHeap } from '../../measure/inspector.ts';
import { residentBytes } from '../../measure/process-times.ts';
import type { Section } from '../../report/figure.ts';
import { createNamespaces } from '../subject/platforms.ts';
import type { ScenarioContext } from './scenario.ts';
import { settle } from './settle.ts';

const MIB = 2 ** 20;
const GOAL_MIB = 10 / 1.048576;
const NAMESPACE = 'foreign';
/** As large as a certificate with its key. */
const SECRET_BYTES = 4096;
const QUIET_MS = 10_000;

/** Secrets and Pods that are none of the operator's: it must not hold them. */
export async function measureForeign(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, report, interrupted } = context;
  await settle(context, QUIET_MS);
  const before = await memoryOf(context);
  await createNamespaces(cluster, [NAMESPACE]);
  let made = 0;
  const numbers = Array.from({ length: options.foreign }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const number of numbers) {
      interrupted.throwIfAborted();
      for (const [resource, object] of foreignObjects(number)) await cluster.client.create(resource, object);
      made += 1;
      report(`${made} of ${options.foreign} foreign Secrets and Pods`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  await settle(context, QUIET_MS);
  const after = await memoryOf(context);
  const { objects } = await population.operator.state();
  const figure = (id: string, label: string, bytes: number) =>
    ({ id: `foreign/${options.foreign}/${id}`, label, unit: 'MiB', values: [bytes / MIB] }) as const;
  return [
    {
      title: `${options.foreign} foreign Secrets and as many foreign Pods`,
      figures: [
        {
          ...figure('resident', 'resident memory added', after.resident - before.resident),
          goal: { atMost: GOAL_MIB },
        },
        figure('heap', 'alive on the heap added', after.heap - before.heap),
      ],
      notes: [`cached: secrets ${objects.get('secrets') ?? 0}, pods ${objects.get('pods') ?? 0}`],
    },
  ];
}

/** After a full collection: what nobody needs any more comes and goes by itself, and would hide a few MB. */
async function memoryOf({ population }: ScenarioContext): Promise<{ resident: number; heap: number }> {
  const { heap } = await collectedHeap(population.operator);
  return { heap, resident: await residentBytes(population.operator.process.pid) };
}

function foreignObjects(number: number): [ResourceRef, KubeObject][] {
  const metadata = { namespace: NAMESPACE, name: `foreign-${number}` };
  const container = { name: 'main', image: 'registry.example.org/foreign:1' };
  return [
    [
      KINDS.secret,
      { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { value: 'x'.repeat(SECRET_BYTES) } },
    ],
    [KINDS.pod, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } }],
  ];
}
