import { pinGroups } from '../../measure/processors.ts';
import { type Figure, figuresOf, type Section } from '../../report/figure.ts';
import type { FanOutResult, ProcessGroups } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import { createRoom } from '../platform/room.ts';
import { type Reference, startReference } from '../reference/start.ts';
import type { ScenarioContext } from './scenario.ts';

const WARM_UP_MESSAGES = 20;
const GAP_MS = 20;
const DEADLINE_MS = 600_000;
/** Of bare Socket.IO's p99 in the same run. */
const GOAL_RATIO = 1.25;

/** One message at a time to everybody in a room, on the platform and on bare Socket.IO in turn. */
export async function measureFanOut(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, platform, dir, layout } = context;
  const reference = await startReference({ servers: options.gateways, redisUrl: platform.redisUrl, dir });
  try {
    if (layout !== undefined) await pinGroups([...reference.processes.values()], layout.servers);
    const sections: Section[] = [];
    for (const members of options.members) sections.push(await measureRoom(context, reference, members));
    return sections;
  } finally {
    await reference.stop();
  }
}

async function measureRoom(
  context: ScenarioContext,
  reference: Reference,
  members: number,
): Promise<Section> {
  const { options, platform, report, interrupted } = context;
  report(`a room of ${members}`);
  const people = await platform.identities.people(members);
  const channelId = await createRoom(platform.chatUrl, people, interrupted);
  const tokens = people.map(({ token }) => token);
  const sides = {
    platform: { holders: platform.gateways, processes: platform.processes },
    reference: { holders: reference.servers, processes: reference.processes },
  };
  type SideName = keyof typeof sides;

  const runs: Record<string, number>[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    const measured = new Map<SideName, FanOutResult>();
    // In turn first, so that neither always finds the warmer machine.
    const order: SideName[] = run % 2 === 0 ? ['reference', 'platform'] : ['platform', 'reference'];
    for (const side of order) {
      report(`room of ${members}, run ${run + 1} of ${options.runs}, ${side}`);
      const { holders, processes } = sides[side];
      const urls = holders.map(({ url }) => url);
      measured.set(side, await measureSide(context, { urls, processes, channelId, tokens }));
    }
    const [ours, bare] = [measured.get('platform'), measured.get('reference')];
    if (ours === undefined || bare === undefined) throw new Error('a side was not measured');
    runs.push(compare(ours, bare));
  }
  const gateways = options.gateways === 1 ? '' : ` with ${options.gateways} gateways`;
  return {
    title: `Fan-out to a room of ${members}${gateways}, ${options.messages} messages a run, from send to receipt`,
    figures: figuresOf(runs, (key) => describeFigure(key, members, options.gateways)),
    notes: [],
  };
}

function measureSide(
  { options, layout, interrupted }: ScenarioContext,
  side: { urls: readonly string[]; processes: ProcessGroups; channelId: string; tokens: readonly string[] },
): Promise<FanOutResult> {
  return generate(
    'fan-out',
    {
      urls: side.urls,
      channelId: side.channelId,
      tokens: side.tokens,
      messages: options.messages,
      warmUpMessages: WARM_UP_MESSAGES,
      gapMs: GAP_MS,
      servers: side.processes,
    },
    { processors: layout?.generator, timeoutMs: DEADLINE_MS, interrupted },
  );
}

function compare(ours: FanOutResult, bare: FanOutResult): Record<string, number> {
  return {
    'ratio/p99': ours.receipt.p99 / bare.receipt.p99,
    'ratio/p50': ours.receipt.p50 / bare.receipt.p50,
    ...sideFigures('platform', ours),
    ...sideFigures('reference', bare),
  };
}

function sideFigures(side: string, result: FanOutResult): Record<string, number> {
  const { receipt, lastReceipt, ack, lost, repeated, cpuSeconds, generatorProcessors } = result;
  const all = [...cpuSeconds];
  const holding = all.filter(([component]) => /^(gateway|reference)/.test(component));
  const perMillion = (of: typeof all): number =>
    (of.reduce((sum, [, seconds]) => sum + seconds, 0) / receipt.count) * 1e6;
  return {
    [`${side}/p50`]: receipt.p50,
    [`${side}/p99`]: receipt.p99,
    [`${side}/max`]: receipt.max,
    [`${side}/last`]: lastReceipt.p50,
    [`${side}/ack`]: ack.p50,
    [`${side}/lost`]: lost + repeated,
    [`${side}/holding-cpu`]: perMillion(holding),
    [`${side}/cpu`]: perMillion(all),
    [`${side}/generator`]: generatorProcessors,
  };
}

const SIDES: Record<string, string> = {
  platform: 'ChatPlatform',
  reference: 'bare Socket.IO',
  ratio: 'ratio',
};
const KINDS: Record<string, { label: string } & Pick<Figure, 'unit'>> = {
  p50: { label: 'p50', unit: 'ms' },
  p99: { label: 'p99', unit: 'ms' },
  max: { label: 'max', unit: 'ms' },
  last: { label: 'last member, p50', unit: 'ms' },
  ack: { label: 'acknowledgement, p50', unit: 'ms' },
  lost: { label: 'lost or repeated', unit: '' },
  'holding-cpu': { label: 'a million deliveries, holders of the sockets', unit: 'CPU s' },
  cpu: { label: 'a million deliveries, all processes', unit: 'CPU s' },
  generator: { label: 'generator', unit: 'CPU' },
};

function describeFigure(key: string, members: number, gateways: number): Omit<Figure, 'values'> {
  const [side = '', kind = ''] = key.split('/');
  const { label, unit } = KINDS[kind] ?? { label: kind, unit: '' };
  return {
    id: `fan-out/${gateways}-gateways/${members}/${key}`,
    label: `${SIDES[side] ?? side}: ${label}`,
    unit: side === 'ratio' ? 'x' : unit,
    ...(key === 'ratio/p99' ? { goal: { atMost: GOAL_RATIO } } : {}),
    ...(kind === 'lost' ? { goal: { atMost: 0 } } : {}),
  };
}
