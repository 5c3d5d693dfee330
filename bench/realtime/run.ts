import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '@chatplatform/local/launcher/progress';
import { describeMachine, foreignProcessors, readMachine } from '../measure/machine.ts';
import { allowedProcessors, type Layout, layoutOf, pinGroups } from '../measure/processors.ts';
import type { Section } from '../report/figure.ts';
import { renderSection } from '../report/render.ts';
import { mergeResults, readResults, type Results, writeResults } from '../report/results-file.ts';
import { commandOf, parseRealtimeArguments, type RealtimeOptions, type ScenarioName } from './options.ts';
import { startPlatform } from './platform/platform.ts';
import { measureFanOut } from './scenarios/fan-out.ts';
import { measureIdleSockets } from './scenarios/idle-sockets.ts';
import { measurePersisted } from './scenarios/persisted.ts';
import { warmUp } from './scenarios/warm-up.ts';
import type { Scenario, ScenarioContext } from './scenarios/scenario.ts';

const resultsFile = fileURLToPath(new URL('results.json', import.meta.url));
/** Of one processor: when others take more, figures say more of them than of us. */
const QUIET_PROCESSORS = 0.15;

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
    const ours = [process.pid, ...platform.processes.values()];
    const before = await readMachine();
    const sections = await context.progress.step(name, (report) => scenarios[name]({ ...shared, report }));
    const foreign = foreignProcessors(before, await readMachine(), ours);
    context.print(renderScenario(name, { sections, results, options, foreign }));
    if (!options.save) continue;
    if (foreign > QUIET_PROCESSORS) {
      context.print('not saved: take the figures again on a quiet machine');
      continue;
    }
    results = mergeResults(
      results,
      sections.flatMap(({ figures }) => figures),
      {
        recordedAt: new Date().toISOString(),
        machine: describeMachine(),
        command: commandOf(name, options),
      },
    );
    await writeResults(resultsFile, results);
  }
}

function renderScenario(
  name: ScenarioName,
  given: { sections: readonly Section[]; results: Results; options: RealtimeOptions; foreign: number },
): string {
  const { sections, results, options, foreign } = given;
  return [
    '',
    ...sections.map((section) => `${renderSection(section, results)}\n`),
    ...(options.quick ? ['quick: these numbers show that it works and measure nothing'] : []),
    ...(foreign > QUIET_PROCESSORS
      ? [
          `BUSY MACHINE: other processes took ${foreign.toFixed(2)} processors meanwhile: do not trust these figures`,
        ]
      : []),
    `again: ${commandOf(name, options)}`,
  ].join('\n');
}
