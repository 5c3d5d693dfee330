import { figuresOf, type Figure, type Section } from '../../report/figure.ts';
import { sendersOf } from '../generator/deal.ts';
import type { PersistedInput, PersistedResult } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import type { Person } from '../platform/identities.ts';
import { createRoom } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

/**
 * A gateway takes 50 frames a second from a connection; a sender keeps below that, or refusals would be measured. The
 * chat service behind it has no such limit, so what can be written at most is measured there.
 */
export const SOCKET_PAUSE_MS = 1000 / 45;
/** Of the steady load: few enough that what they receive does not hide what they send. */
const STEADY_SENDERS = 20;
const WARM_UP_MS = 2000;
/** Goals are of a load: one that is smaller would meet the first and miss the second for no reason. */
const GOAL_STEADY = { perSecond: 500, goals: { 'ack-p99': { atMost: 50 } } };
const GOAL_MOST = { senders: 100, goals: { rate: { atLeast: 2000 } } };

type Load = Pick<PersistedInput, 'door' | 'load'> & {
  readonly id: string;
  readonly title: string;
  readonly senders: number;
  readonly channels: number;
  readonly goals: Readonly<Record<string, Figure['goal']>>;
};

/** Sends to one channel and to many, each acknowledged after its durable write. */
export async function measurePersisted(context: ScenarioContext): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const load of loadsOf(context)) sections.push(await measureLoad(context, load));
  return sections;
}

function loadsOf({ options }: ScenarioContext): Load[] {
  const places = [
    { channels: 1, where: 'one channel', suffix: '' },
    {
      channels: options.channels,
      where: `${options.channels} channels`,
      suffix: `/${options.channels}-channels`,
    },
  ];
  return places.flatMap(({ channels, where, suffix }): Load[] => [
    ...options.senders.map((senders): Load => ({
      id: `http/${senders}${suffix}`,
      title: `Persisted: ${senders} sender(s) in ${where}, HTTP to the chat service, one message under way each`,
      senders,
      channels,
      door: 'http',
      load: { kind: 'closed', pauseMs: 0 },
      goals: senders >= GOAL_MOST.senders && channels === 1 ? GOAL_MOST.goals : {},
    })),
    ...options.senders.map((senders): Load => ({
      id: `socket/${senders}${suffix}`,
      title: `Persisted: ${senders} sender(s) in ${where} by socket, at most 45 messages a second each`,
      senders,
      channels,
      door: 'socket',
      load: { kind: 'closed', pauseMs: SOCKET_PAUSE_MS },
      goals: {},
    })),
    {
      id: `steady/${options.rate}${suffix}`,
      title: `Persisted: a steady ${options.rate}/s of ${STEADY_SENDERS} senders in ${where} by socket`,
      senders: STEADY_SENDERS,
      channels,
      door: 'socket',
      load: { kind: 'steady', perSecond: options.rate },
      goals: options.rate >= GOAL_STEADY.perSecond ? GOAL_STEADY.goals : {},
    },
  ]);
}

async function measureLoad(context: ScenarioContext, load: Load): Promise<Section> {
  const { options, platform, layout, report, interrupted } = context;
  const people = await platform.identities.people(load.senders);
  const results: PersistedResult[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    report(`${load.id}, run ${run + 1} of ${options.runs}`);
    // New channels a run: one with a long past could cost more.
    const channelIds = await createChannels(context, load, people);
    const input: PersistedInput = {
      door: load.door,
      load: load.load,
      chatUrl: platform.chatUrl,
      gatewayUrls: platform.gateways.map(({ url }) => url),
      channelIds,
      tokens: people.map(({ token }) => token),
      warmUpMs: Math.min(WARM_UP_MS, options.seconds * 1000),
      durationMs: options.seconds * 1000,
      servers: platform.processes,
    };
    const timeoutMs = options.seconds * 2000 + 120_000;
    const generator = { processors: layout?.generator, timeoutMs, interrupted };
    results.push(await generate('persisted', input, generator));
  }
  return {
    title: load.title,
    figures: figuresOf(results.map(figuresOfRun), (key) => describeFigure(key, load, options.gateways)),
    notes: [costNote(results), ...failureNotes(results)],
  };
}

/** The first sender is in every channel: its socket listens. */
async function createChannels(
  { platform, interrupted }: ScenarioContext,
  { senders, channels }: Load,
  people: readonly Person[],
): Promise<string[]> {
  const ids: string[] = [];
  for (let channel = 0; channel < channels; channel += 1) {
    const speaking = new Set([0, ...sendersOf(channel, senders, channels)]);
    const members = people.filter((_, sender) => speaking.has(sender));
    ids.push(await createRoom(platform.chatUrl, members, interrupted));
  }
  return ids;
}

function figuresOfRun(result: PersistedResult): Record<string, number> {
  return {
    rate: result.acknowledgedPerSecond,
    'ack-p50': result.ack.p50,
    'ack-p99': result.ack.p99,
    'receipt-p50': result.receipt.p50,
    'receipt-p99': result.receipt.p99,
    deliveries: result.deliveriesPerSecond,
    failed: Object.values(result.failures).reduce((sum, count) => sum + count, 0),
    generator: result.generatorProcessors,
  };
}

const KINDS: Record<string, Pick<Figure, 'label' | 'unit'>> = {
  rate: { label: 'acknowledged', unit: '/s' },
  'ack-p50': { label: 'send to acknowledgement, p50', unit: 'ms' },
  'ack-p99': { label: 'send to acknowledgement, p99', unit: 'ms' },
  'receipt-p50': { label: 'send to receipt, p50', unit: 'ms' },
  'receipt-p99': { label: 'send to receipt, p99', unit: 'ms' },
  deliveries: { label: 'deliveries to sockets', unit: '/s' },
  failed: { label: 'not acknowledged', unit: '' },
  generator: { label: 'generator', unit: 'CPU' },
};

function describeFigure(key: string, { id, goals }: Load, gateways: number): Omit<Figure, 'values'> {
  const { label, unit } = KINDS[key] ?? { label: key, unit: '' };
  const goal = goals[key];
  return {
    id: `persisted/${gateways}-gateways/${id}/${key}`,
    label,
    unit,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** Where the time of the processors went, over all runs: says what stops it. */
function costNote(results: readonly PersistedResult[]): string {
  const messages = results.reduce((sum, { ack }) => sum + ack.count, 0);
  const components = [...(results[0]?.cpuSeconds.keys() ?? [])];
  const costs = components.map((component) => {
    const seconds = results.reduce((sum, { cpuSeconds }) => sum + (cpuSeconds.get(component) ?? 0), 0);
    return `${component} ${((seconds / messages) * 1000).toFixed(2)}`;
  });
  return `CPU ms a message: ${costs.join(', ')}`;
}

function failureNotes(results: readonly PersistedResult[]): string[] {
  const codes = new Set(results.flatMap(({ failures }) => Object.keys(failures)));
  return [...codes].map((code) => {
    const counts = results.map(({ failures }) => failures[code] ?? 0);
    return `not acknowledged because of "${code}", by run: ${counts.join(', ')}`;
  });
}
