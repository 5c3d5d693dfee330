import { summarise } from '../../measure/summary.ts';
import { cpuByProcess, readMachine } from '../../measure/machine.ts';
import type { Figure, Section } from '../../report/figure.ts';
import { countWrites, isLease, type Write } from '../cluster/audit.ts';
import { createAtOnce, createNamespaces, planPlatforms } from '../subject/platforms.ts';
import { measureCeiling } from './ceiling.ts';
import type { ScenarioContext } from './scenario.ts';
import { settle, untilAudited } from './settle.ts';

const GOAL_SHARE = 0.8;
const WARM_UP = { namespace: 'warm-up', name: 'warm-up' };
const QUIET_MS = 5000;

/**
 * Platforms created at once until all of them serve, beside what the same API server takes from a writer that has nothing
 * to think about.
 */
export async function measureCreate(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, report, interrupted } = context;
  report('warm-up: one platform');
  await createNamespaces(cluster, [WARM_UP.namespace]);
  await createAtOnce([WARM_UP], { ...context });
  const ceiling = await measureCeiling(context);

  const plans = planPlatforms(1, options.platforms);
  await createNamespaces(
    cluster,
    plans.map(({ namespace }) => namespace),
  );
  await settle(context, QUIET_MS);
  report(`${plans.length} platforms at once`);
  const servedBefore = await cluster.writesServed();
  const before = await readMachine();
  const times = await createAtOnce(plans, context);
  const after = await readMachine();
  const served = (await cluster.writesServed()) - servedBefore;
  population.platforms = plans.length;
  await untilAudited(interrupted);
  const writes = (await cluster.audit.read()).filter((write) => !isLease(write));

  const cpu = cpuByProcess(before, after, new Map([...cluster.processes(), ...benchAndOperator(context)]));
  return [
    {
      title: `${plans.length} platforms created at once`,
      figures: figures({ times, writes, served, ceiling }),
      notes: [
        `writes of the operator by verb and resource: ${describeWrites(writes)}`,
        `processors used meanwhile: ${describeCpu(cpu)}`,
      ],
    },
  ];
}

const benchAndOperator = ({ population }: ScenarioContext): [string, number][] => [
  ['operator', population.operator.process.pid],
  ['bench', process.pid],
];

interface Measured {
  /** Milliseconds until ready, of each platform. */
  readonly times: readonly number[];
  readonly writes: readonly Write[];
  /** By the API server, to whomever. */
  readonly served: number;
  readonly ceiling: number;
}

function figures({ times, writes, served, ceiling }: Measured): Figure[] {
  const { count, p50, max } = summarise(times);
  const seconds = max / 1000;
  const figure = (
    id: string,
    label: string,
    unit: Figure['unit'],
    value: number,
  ): Figure & { values: [number] } => ({ id: `create/${count}/${id}`, label, unit, values: [value] });
  const refused = writes.filter(({ code }) => code >= 400).length;
  return [
    figure('seconds', 'all are ready after', 's', seconds),
    figure('p50', 'half are ready after', 's', p50 / 1000),
    figure('writes', 'writes of the operator a platform', '', writes.length / count),
    figure('refused', 'of these refused', '', refused / count),
    figure('operator-rate', 'writes of the operator', '/s', writes.length / seconds),
    figure('rate', 'writes of everybody', '/s', served / seconds),
    { id: 'create/ceiling', label: 'ceiling of the API server', unit: '/s', values: [ceiling] },
    {
      ...figure('share', 'writes of everybody to the ceiling', 'x', served / seconds / ceiling),
      goal: { atLeast: GOAL_SHARE },
    },
  ];
}

const describeWrites = (writes: readonly Write[]): string =>
  [...countWrites(writes)].map(([name, count]) => `${name} ${count}`).join(', ');

const describeCpu = (cpu: ReadonlyMap<string, number>): string =>
  [...cpu].map(([name, processors]) => `${name} ${processors.toFixed(2)}`).join(', ');
