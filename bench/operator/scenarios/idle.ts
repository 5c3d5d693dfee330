import { setTimeout as sleep } from 'node:timers/promises';
import { collectedHeap } from '../../measure/inspector.ts';
import { cpuByProcess, readMachine } from '../../measure/machine.ts';
import { peakResidentBytes, residentBytes } from '../../measure/process-times.ts';
import type { Figure, Section } from '../../report/figure.ts';
import { countWrites, isLease, type Write } from '../cluster/audit.ts';
import type { ScenarioContext } from './scenario.ts';
import { settle, untilAudited, untilLookedAt } from './settle.ts';

const MIB = 2 ** 20;
const GOAL_RESIDENT_MIB = 128;
const GOAL_PLATFORMS = 1000;
const QUIET_MS = 10_000;

interface Rest {
  readonly platforms: number;
  readonly resident: number;
  readonly peak: number;
  readonly heap: number;
  readonly buffers: number;
  readonly cpu: number;
  readonly seconds: number;
  readonly writes: readonly Write[];
}

/** The operator with nothing to do: memory, CPU, and that it writes nothing. */
export async function measureRest(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, report, interrupted } = context;
  const { operator, platforms } = population;
  report(`${platforms} platforms, waiting for rest`);
  await settle(context, QUIET_MS);
  report(`${platforms} platforms, ${options.steadySeconds} s of rest`);
  await cluster.audit.read();
  const before = await readMachine();
  await sleep(options.steadySeconds * 1000, undefined, { signal: interrupted });
  const after = await readMachine();
  await untilAudited(interrupted);
  const { pid } = operator.process;
  const memory = { resident: await residentBytes(pid), peak: await peakResidentBytes(pid) };
  const writes = await cluster.audit.read();
  const cpu = cpuByProcess(before, after, new Map([['operator', pid]])).get('operator') ?? Number.NaN;
  const { objects, bytes } = await operator.state();
  // Last: the inspector takes memory of its own.
  const { heap, buffers } = await collectedHeap(operator);
  const seconds = after.at - before.at;
  return [
    {
      title: `${platforms} idle platforms`,
      figures: restFigures({ platforms, ...memory, heap, buffers, cpu, seconds, writes }),
      notes: [`objects in the caches: ${describeObjects(objects, bytes)}`],
    },
  ];
}

function restFigures({ platforms, writes, seconds, ...rest }: Rest): Figure[] {
  const changes = writes.filter((write) => !isLease(write));
  const unexpected = [...countWrites(changes).keys()].join(', ');
  const figure = (id: string, label: string, unit: Figure['unit'], value: number): Figure => ({
    id: `idle/${platforms}/${id}`,
    label,
    unit,
    values: [value],
  });
  const bound = platforms >= GOAL_PLATFORMS ? { goal: { atMost: GOAL_RESIDENT_MIB } } : {};
  return [
    { ...figure('resident', 'resident memory', 'MiB', rest.resident / MIB), ...bound },
    figure('peak', 'most that it was', 'MiB', rest.peak / MIB),
    figure('heap', 'of it alive on the heap', 'MiB', rest.heap / MIB),
    figure('buffers', 'of it in buffers', 'MiB', rest.buffers / MIB),
    figure('cpu', 'idling', 'CPU', rest.cpu),
    {
      ...figure(
        'writes',
        `writes in ${seconds.toFixed(0)} s${unexpected && `: ${unexpected}`}`,
        '',
        changes.length,
      ),
      goal: { atMost: 0 },
    },
    figure(
      'lease-renewals',
      'renewals of its lease a minute',
      '',
      ((writes.length - changes.length) / seconds) * 60,
    ),
  ];
}

const describeObjects = (objects: ReadonlyMap<string, number>, bytes: ReadonlyMap<string, number>): string =>
  [...objects]
    .filter(([, count]) => count > 0)
    .map(([resource, count]) => `${resource} ${count} (${Math.round((bytes.get(resource) ?? 0) / 1024)} KiB)`)
    .join(', ');

/** A new process finds everything as it should be: how long it needs to see that, with what memory, and that it writes nothing. */
export async function measureRestart(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, interrupted } = context;
  const { platforms } = population;
  await cluster.audit.read();
  const start = performance.now();
  const operator = await population.restart();
  const readyMs = performance.now() - start;
  await untilLookedAt(context);
  const doneMs = performance.now() - start;
  await untilAudited(interrupted);
  const writes = (await cluster.audit.read()).filter((write) => !isLease(write));
  // As long as at rest: what a start leaves behind is taken away by and by.
  await settle(context, options.steadySeconds * 1000);
  const memory = {
    resident: await residentBytes(operator.process.pid),
    peak: await peakResidentBytes(operator.process.pid),
  };
  const figure = (id: string, label: string, unit: Figure['unit'], value: number): Figure => ({
    id: `restart/${platforms}/${id}`,
    label,
    unit,
    values: [value],
  });
  return [
    {
      title: `The operator started anew beside ${platforms} platforms`,
      figures: [
        figure('ready', 'caches are filled after', 's', readyMs / 1000),
        figure('done', 'every platform was looked at after', 's', doneMs / 1000),
        { ...figure('writes', 'writes', '', writes.length), goal: { atMost: 0 } },
        figure('resident', 'resident memory at rest', 'MiB', memory.resident / MIB),
        figure('peak', 'most that it was', 'MiB', memory.peak / MIB),
      ],
      notes: [],
    },
  ];
}
