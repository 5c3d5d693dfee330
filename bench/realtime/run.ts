import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '@chatplatform/local/launcher/progress';
import { describeMachine, foreignProcessors, readMachine } from '../measure/machine.ts';
import { ownGroup } from '../measure/process-times.ts';
import { allowedProcessors, type Layout, layoutOf, pinGroups } from '../measure/processors.ts';
import { keepMeasured, renderMeasured } from '../report/keep.ts';
import { readResults } from '../report/results-file.ts';
import { commandOf, parseRealtimeArguments, type RealtimeOptions, type ScenarioName } from './options.ts';
import { startPlatform } from './platform/platform.ts';
import { measureFanOut } from './scenarios/fan-out.ts';
import { measureIdleSockets } from './scenarios/idle-sockets.ts';
import { measurePersisted } from './scenarios/persisted.ts';
import { warmUp } from './scenarios/warm-up.ts';
import type { Scenario, ScenarioContext } from './scenarios/scenario.ts';

const resultsFile = fileURLToPath(new URL('results.json', import.meta.url));

const scenarios: Record<ScenarioName, Scenario> = {
  'fan-out': measureFanOut,
  persisted: measurePersisted,
  'idle-sockets': measureIdleSockets,
};

export interface RealtimeContext {
  /** The repository's root. */
  readonly root: string;
  readonly progress: Progress;
  readonly print: (text: string) => void;
  readonly interrupted: AbortSignal;
}

/** Measures messaging; what it started has ended when it resolves or rejects. */
export async function runRealtime(args: readonly string[], context: RealtimeContext): Promise<void> {
  const options = parseRealtimeArguments(args);
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-bench-'));
  try {
    await measure(options, dir, context);
  } catch (error) {
    if (!context.interrupted.aborted) {
      context.progress.note(`logs: ${dir}/logs`);
      throw error;
    }
  }
  await rm(dir, { recursive: true, force: true });
  context.interrupted.throwIfAborted();
}

async function measure(options: RealtimeOptions, dir: string, context: RealtimeContext): Promise<void> {
  const { root, progress, print, interrupted } = context;
  const layout = options.pinned ? layoutOf(await allowedProcessors()) : undefined;
  print(`machine: ${describeMachine()}`);
  print(describeLayout(layout));
  const platform = await startPlatform({ root, dir, gateways: options.gateways, progress, interrupted });
  try {
    if (layout !== undefined) await pinGroups([...platform.processes.values()], layout.servers);
    await progress.step('warm-up', () => warmUp({ options, platform, layout, interrupted }));
    await runScenarios(context, { options, platform, dir, layout, interrupted });
  } finally {
    await platform.stop();
  }
}

const describeLayout = (layout: Layout | undefined): string =>
  layout === undefined
    ? 'processors: shared by servers and generator'
    : `processors: servers on ${layout.servers.join(',')}, generator on ${layout.generator.join(',')}`;

async function runScenarios(
  context: RealtimeContext,
  shared: Omit<ScenarioContext, 'report'>,
): Promise<void> {
  const { options, platform } = shared;
  let results = await readResults(resultsFile);
  for (const name of options.scenarios) {
    const ours = [await ownGroup(), ...platform.processes.values()];
    const before = await readMachine();
    const sections = await context.progress.step(name, (report) => scenarios[name]({ ...shared, report }));
    const foreign = foreignProcessors(before, await readMachine(), ours);
    const measured = { sections, foreign, quick: options.quick, command: commandOf(name, options) };
    context.print(renderMeasured(measured, results));
    if (!options.save) continue;
    const keeping = await keepMeasured(measured, results, {
      file: resultsFile,
      recordedAt: new Date().toISOString(),
      machine: describeMachine(),
      command: measured.command,
    });
    if (!keeping.kept) context.print('not saved: take the figures again on a quiet machine');
    results = keeping.results;
  }
}
