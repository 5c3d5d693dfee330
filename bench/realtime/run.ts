import { fileURLToPath } from 'node:url';
import { type BenchContext, inScratch } from '../command/bench-context.ts';
import { describeMachine, foreignProcessors, readMachine } from '../measure/machine.ts';
import { ownGroup } from '../measure/process-times.ts';
import { allowedProcessors, type Layout, layoutOf, pinGroups } from '../measure/processors.ts';
import type { Section } from '../report/figure.ts';
import { openRecord } from '../report/record.ts';
import { commandOf, parseRealtimeArguments, type RealtimeOptions, type ScenarioName } from './options.ts';
import { startPlatform } from './platform/platform.ts';
import { measureFanOut } from './scenarios/fan-out.ts';
import { measureGatewayLoss } from './scenarios/gateway-loss.ts';
import { measureIdleSockets } from './scenarios/idle-sockets.ts';
import { measureOpenChannel } from './scenarios/open-channel.ts';
import { measurePersisted } from './scenarios/persisted.ts';
import { measureProfile } from './scenarios/profile.ts';
import { measureStages } from './scenarios/stages.ts';
import { warmUp } from './scenarios/warm-up.ts';
import type { Scenario, ScenarioContext } from './scenarios/scenario.ts';

const resultsFile = fileURLToPath(new URL('results.json', import.meta.url));

const scenarios: Record<ScenarioName, Scenario> = {
  'fan-out': measureFanOut,
  persisted: measurePersisted,
  stages: measureStages,
  profile: measureProfile,
  'idle-sockets': measureIdleSockets,
  'gateway-loss': measureGatewayLoss,
  'open-channel': measureOpenChannel,
};

/** Measures messaging; what it started has ended when it resolves or rejects. */
export function runRealtime(args: readonly string[], context: BenchContext): Promise<void> {
  const options = parseRealtimeArguments(args);
  return inScratch(context, ['logs'], (dir) => measure(options, dir, context));
}

async function measure(options: RealtimeOptions, dir: string, context: BenchContext): Promise<void> {
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
  { progress, print }: BenchContext,
  shared: Omit<ScenarioContext, 'report'>,
): Promise<void> {
  const { options, platform } = shared;
  const record = await openRecord({ file: resultsFile, save: options.save, print });
  for (const name of options.scenarios) {
    const ours = [await ownGroup(), ...platform.processes.values()];
    const before = await readMachine();
    const sections = await progress.step(name, (report) => scenarios[name]({ ...shared, report }));
    const foreign = foreignProcessors(before, await readMachine(), ours);
    await record({
      sections: sections.map((section) => named(section, options)),
      foreign,
      quick: options.quick,
      command: commandOf(name, options),
    });
  }
}

/** Figures of all processors together are others than those of processors apart. */
const named = (section: Section, { pinned }: RealtimeOptions): Section =>
  pinned
    ? section
    : { ...section, figures: section.figures.map((figure) => ({ ...figure, id: `unpinned/${figure.id}` })) };
