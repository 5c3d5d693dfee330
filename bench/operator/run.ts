import { fileURLToPath } from 'node:url';
import { type BenchContext, inScratch } from '../command/bench-context.ts';
import { describeMachine, foreignProcessors, readMachine } from '../measure/machine.ts';
import { ownGroup } from '../measure/process-times.ts';
import { openRecord } from '../report/record.ts';
import { startCluster } from './cluster/cluster.ts';
import { commandOf, parseOperatorArguments, type OperatorOptions, type ScenarioName } from './options.ts';
import { measureCreate } from './scenarios/create.ts';
import { measureEdit } from './scenarios/edit.ts';
import { measureForeign } from './scenarios/foreign.ts';
import { grow } from './scenarios/grow.ts';
import { measureRest, measureRestart } from './scenarios/idle.ts';
import type { Population, Scenario, ScenarioContext } from './scenarios/scenario.ts';
import { startOperator } from './subject/operator-process.ts';
import { exampleSpec } from './subject/platforms.ts';
import { ReadyWatch } from './subject/ready-watch.ts';

const resultsFile = fileURLToPath(new URL('results.json', import.meta.url));
const CONNECTIONS = 32;

/** Measures the operator; what it started has ended when it resolves or rejects. */
export function runOperator(args: readonly string[], context: BenchContext): Promise<void> {
  const options = parseOperatorArguments(args);
  return inScratch(context, ['logs', 'control-plane'], (dir) => measure(options, dir, context));
}

async function measure(options: OperatorOptions, dir: string, context: BenchContext): Promise<void> {
  const { root, progress, print, interrupted } = context;
  print(`machine: ${describeMachine()}`);
  const cluster = await startCluster({ root, dir, progress, connections: CONNECTIONS });
  const start = () => startOperator({ root, dir, kubeconfig: cluster.operatorKubeconfig });
  const population: Population & { groups: number[] } = {
    operator: await start(),
    platforms: 0,
    groups: [],
    restart: async (meanwhile) => {
      await population.operator.process.stop();
      await meanwhile?.();
      population.operator = await start();
      population.groups.push(population.operator.process.pid);
      return population.operator;
    },
  };
  population.groups.push(population.operator.process.pid);
  const watch = new ReadyWatch(cluster);
  try {
    const spec = await exampleSpec(root);
    const ours = async () => [await ownGroup(), ...cluster.groups(), ...population.groups];
    await runSteps(context, { options, cluster, watch, spec, population, interrupted }, ours);
  } finally {
    await watch.stop();
    await population.operator.process.stop();
    await cluster.stop();
  }
}

interface Step {
  readonly title: string;
  readonly run: Scenario;
}

/** What the scenarios need, in an order in which the number of platforms only grows. */
function stepsOf({ scenarios }: OperatorOptions): Step[] {
  const wanted = (...names: ScenarioName[]): boolean => names.some((name) => scenarios.includes(name));
  const steps: [boolean, Step][] = [
    [wanted('idle'), { title: 'idle, no platform', run: measureRest }],
    [wanted('create'), { title: 'create', run: measureCreate }],
    [wanted('create') && wanted('idle'), { title: 'idle, few platforms', run: measureRest }],
    [wanted('idle', 'edit', 'foreign'), { title: 'population', run: grow }],
    [wanted('idle'), { title: 'idle', run: measureRest }],
    [wanted('idle'), { title: 'restart', run: measureRestart }],
    [wanted('edit'), { title: 'edit', run: measureEdit }],
    [wanted('foreign'), { title: 'foreign', run: measureForeign }],
  ];
  return steps.filter(([needed]) => needed).map(([, step]) => step);
}

async function runSteps(
  { progress, print }: BenchContext,
  shared: Omit<ScenarioContext, 'report'>,
  ours: () => Promise<number[]>,
): Promise<void> {
  const { options } = shared;
  const record = await openRecord({ file: resultsFile, save: options.save, print });
  for (const { title, run } of stepsOf(options)) {
    const before = await readMachine();
    const sections = await progress.step(title, (report) => run({ ...shared, report }));
    if (sections.length === 0) continue;
    const foreign = foreignProcessors(before, await readMachine(), await ours());
    await record({ sections, foreign, quick: options.quick, command: commandOf(options) });
  }
}
