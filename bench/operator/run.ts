import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '@chatplatform/local/launcher/progress';
import { describeMachine, foreignProcessors, readMachine } from '../measure/machine.ts';
import { ownGroup } from '../measure/process-times.ts';
import { keepMeasured, renderMeasured } from '../report/keep.ts';
import { readResults } from '../report/results-file.ts';
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

export interface OperatorBenchContext {
  /** The repository's root. */
  readonly root: string;
  readonly progress: Progress;
  readonly print: (text: string) => void;
  readonly interrupted: AbortSignal;
}

/** Measures the operator; what it started has ended when it resolves or rejects. */
export async function runOperator(args: readonly string[], context: OperatorBenchContext): Promise<void> {
  const options = parseOperatorArguments(args);
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-bench-'));
  try {
    await measure(options, dir, context);
  } catch (error) {
    if (!context.interrupted.aborted) {
      context.progress.note(`logs: ${dir}/logs, ${dir}/control-plane`);
      throw error;
    }
  }
  await rm(dir, { recursive: true, force: true });
  context.interrupted.throwIfAborted();
}

async function measure(options: OperatorOptions, dir: string, context: OperatorBenchContext): Promise<void> {
  const { root, progress, print, interrupted } = context;
  print(`machine: ${describeMachine()}`);
  const cluster = await startCluster({ root, dir, progress, connections: CONNECTIONS });
  const start = () => startOperator({ root, dir, kubeconfig: cluster.operatorKubeconfig });
  const population: Population & { groups: number[] } = {
    operator: await start(),
    platforms: 0,
    groups: [],
    restart: async () => {
      await population.operator.process.stop();
      population.operator = await start();
      population.groups.push(population.operator.process.pid);
      return population.operator;
    },
  };
  population.groups.push(population.operator.process.pid);
  const watch = new ReadyWatch(cluster);
  try {
    const spec = await exampleSpec(root);
    const ours = async () => [await ownGroup(), ...cluster.groups, ...population.groups];
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
  { progress, print }: OperatorBenchContext,
  shared: Omit<ScenarioContext, 'report'>,
  ours: () => Promise<number[]>,
): Promise<void> {
  const { options } = shared;
  let results = await readResults(resultsFile);
  for (const { title, run } of stepsOf(options)) {
    const before = await readMachine();
    const sections = await progress.step(title, (report) => run({ ...shared, report }));
    if (sections.length === 0) continue;
    const foreign = foreignProcessors(before, await readMachine(), await ours());
    const measured = { sections, foreign, quick: options.quick, command: commandOf(options) };
    print(renderMeasured(measured, results));
    if (!options.save) continue;
    const keeping = await keepMeasured(measured, results, {
      file: resultsFile,
      recordedAt: new Date().toISOString(),
      machine: describeMachine(),
      command: measured.command,
    });
    if (!keeping.kept) print('not saved: take the figures again on a quiet machine');
    results = keeping.results;
  }
}
