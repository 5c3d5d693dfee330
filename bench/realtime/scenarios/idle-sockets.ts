import { setTimeout as sleep } from 'node:timers/promises';
import { cpuBetween, readMachine } from '../../measure/machine.ts';
import { collectedHeap } from '../../measure/inspector.ts';
import { pinGroups } from '../../measure/processors.ts';
import { kernelBytes } from '../../measure/kernel-memory.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { figuresOf, type Figure, type Section } from '../../report/figure.ts';
import { generate, startGenerator, type GeneratorOptions } from '../generator/start.ts';
import { createRoom } from '../platform/room.ts';
import type { SocketHolder } from '../platform/socket-holder.ts';
import { startReference } from '../reference/start.ts';
import type { ScenarioContext } from './scenario.ts';

const GOAL_HEAP_BYTES = 12 * 1024;
/** For what follows thousands of arrivals or departures to be over; presence forgets a person after 5 s. */
const SETTLE_MS = 12_000;
/** Over which the CPU of idling is measured: longer than connections take to be pinged and presence to be renewed. */
const IDLE_MS = 26_000;
const QUICK_IDLE_MS = 2000;
const DEADLINE_MS = 900_000;

/**
 * What a gateway holds for connections that say nothing: authenticated, in the room of one channel, in presence. Bare
 * Socket.IO with as many shows which part of it is Socket.IO's.
 */
export async function measureIdleSockets(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, platform, dir, layout, report, interrupted } = context;
  const people = await platform.identities.people(options.sockets);
  report(`${people.length} members join`);
  await createRoom(platform.chatUrl, people, interrupted);
  const input: HeldInput = {
    runs: options.runs,
    tokens: people.map(({ token }) => token),
    idleMs: options.quick ? QUICK_IDLE_MS : IDLE_MS,
    generator: { processors: layout?.generator, timeoutMs: DEADLINE_MS, interrupted },
  };
  const reference = await startReference({ servers: 1, redisUrl: platform.redisUrl, dir });
  try {
    if (layout !== undefined) await pinGroups([...reference.processes.values()], layout.servers);
    const sides = { platform: platform.gateways[0], reference: reference.servers[0] };
    const runs: Record<string, number>[] = Array.from({ length: options.runs }, () => ({}));
    for (const [side, holder] of Object.entries(sides)) {
      if (holder === undefined) throw new Error(`nothing holds connections for the ${side}`);
      const measured = await measureSide(holder, input, (detail) => report(`${side}, ${detail}`));
      for (const [index, run] of runs.entries()) Object.assign(run, prefixed(side, measured[index] ?? {}));
    }
    return [
      {
        title: `${options.sockets} idle authenticated connections on one gateway`,
        figures: figuresOf(runs, (key) => describeFigure(key, options.sockets)),
        notes: [],
      },
    ];
  } finally {
    await reference.stop();
  }
}

interface HeldInput {
  readonly runs: number;
  readonly tokens: readonly string[];
  readonly idleMs: number;
  readonly generator: GeneratorOptions;
}

type Measured = Record<keyof typeof KINDS, number>;

async function measureSide(
  holder: SocketHolder,
  input: HeldInput,
  report: (detail: string) => void,
): Promise<Measured[]> {
  report('warm-up');
  // What is allocated once (code, pools, the high-water mark of the heap) must not count for the connections.
  await generate('idle-sockets', { url: holder.url, tokens: input.tokens }, input.generator);
  const measured: Measured[] = [];
  for (let run = 0; run < input.runs; run += 1) {
    report(`run ${run + 1} of ${input.runs}`);
    measured.push(await measureRun(holder, input));
  }
  return measured;
}

const prefixed = (side: string, values: Partial<Measured>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([kind, value]) => [`${side}/${kind}`, value]));

async function measureRun(holder: SocketHolder, { tokens, idleMs, generator }: HeldInput): Promise<Measured> {
  const { interrupted } = generator;
  const without = await memoryOf(holder, interrupted);
  const clients = await startGenerator('idle-sockets', { url: holder.url, tokens }, generator);
  try {
    const held = await memoryOf(holder, interrupted);
    const before = await readMachine();
    await sleep(idleMs, undefined, { signal: interrupted });
    const after = await readMachine();
    const { pid } = holder.process;
    const cpuSeconds = cpuBetween(before, after, [pid]).get(pid) ?? Number.NaN;
    const each = (bytes: number): number => bytes / tokens.length;
    return {
      heap: each(held.heap - without.heap),
      buffers: each(held.buffers - without.buffers),
      resident: each(held.resident - without.resident),
      kernel: each(held.kernel - without.kernel),
      cpu: cpuSeconds / (after.at - before.at),
      handshakes: clients.result.handshakesPerSecond,
    };
  } finally {
    await clients.end();
  }
}

async function memoryOf(
  holder: SocketHolder,
  interrupted: AbortSignal,
): Promise<{ heap: number; buffers: number; resident: number; kernel: number }> {
  await sleep(SETTLE_MS, undefined, { signal: interrupted });
  const { heap, buffers } = await collectedHeap(holder);
  return { heap, buffers, resident: await residentBytes(holder.process.pid), kernel: await kernelBytes() };
}

const SIDES: Record<string, string> = { platform: 'ChatPlatform', reference: 'bare Socket.IO' };
const KINDS = {
  heap: { label: 'heap a connection', unit: 'B' },
  buffers: { label: 'buffers outside the heap, a connection', unit: 'B' },
  resident: { label: 'resident memory a connection', unit: 'B' },
  kernel: { label: 'kernel memory a connection, both ends', unit: 'B' },
  cpu: { label: 'idling', unit: 'CPU' },
  handshakes: { label: 'handshakes', unit: '/s' },
} as const satisfies Record<string, Pick<Figure, 'label' | 'unit'>>;

function describeFigure(key: string, sockets: number): Omit<Figure, 'values'> {
  const [side = '', kind = ''] = key.split('/');
  const { label, unit } = KINDS[kind as keyof typeof KINDS];
  return {
    id: `idle-sockets/${sockets}/${key}`,
    label: `${SIDES[side] ?? side}: ${label}`,
    unit,
    ...(key === 'platform/heap' ? { goal: { atMost: GOAL_HEAP_BYTES } } : {}),
  };
}
