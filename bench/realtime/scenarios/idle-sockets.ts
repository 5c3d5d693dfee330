import { setTimeout as sleep } from 'node:timers/promises';
import { cpuBetween, readMachine } from '../../measure/machine.ts';
import { residentBytes } from '../../measure/process-times.ts';
import { figuresOf, type Figure, type Section } from '../../report/figure.ts';
import { generate, startGenerator, type GeneratorOptions } from '../generator/start.ts';
import { collectedHeap } from '../platform/inspector.ts';
import type { Gateway } from '../platform/platform.ts';
import { createRoom } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

const GOAL_HEAP_BYTES = 12 * 1024;
/** For what follows an arrival or a departure to be over; presence forgets a person after 5 s. */
const SETTLE_MS = 6000;
/** Over which the CPU of idling is measured: longer than connections take to be pinged and presence to be renewed. */
const IDLE_MS = 26_000;

/** What a gateway holds for connections that say nothing: authenticated, in the room of one channel, in presence. */
export async function measureIdleSockets(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, platform, layout, report, interrupted } = context;
  const [gateway] = platform.gateways;
  if (gateway === undefined) throw new Error('there is no gateway');
  const people = await platform.identities.people(options.sockets);
  report(`${people.length} members join`);
  await createRoom(platform.chatUrl, people, interrupted);
  const tokens = people.map(({ token }) => token);
  const generator = { processors: layout?.generator, timeoutMs: 600_000, interrupted };

  report('warms up');
  // What is allocated once (code, pools, the high-water mark of the heap) must not count for the connections.
  await generate('idle-sockets', { url: gateway.url, tokens }, generator);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    report(`run ${run + 1} of ${options.runs}`);
    runs.push(await measureRun(gateway, tokens, { generator, idleMs: options.quick ? 2000 : IDLE_MS }));
  }
  return [
    {
      title: `${options.sockets} idle authenticated connections on one gateway`,
      figures: figuresOf(runs, (key) => describeFigure(key, options.sockets)),
      notes: [],
    },
  ];
}

async function measureRun(
  gateway: Gateway,
  tokens: readonly string[],
  { generator, idleMs }: { generator: GeneratorOptions; idleMs: number },
): Promise<Record<string, number>> {
  const without = await memoryOf(gateway, generator.interrupted);
  const clients = await startGenerator('idle-sockets', { url: gateway.url, tokens }, generator);
  try {
    const held = await memoryOf(gateway, generator.interrupted);
    const before = await readMachine();
    await sleep(idleMs, undefined, { signal: generator.interrupted });
    const after = await readMachine();
    const cpu = cpuBetween(before, after, [gateway.process.pid]).get(gateway.process.pid) ?? Number.NaN;
    const each = (bytes: number): number => bytes / tokens.length;
    return {
      heap: each(held.heap - without.heap),
      buffers: each(held.buffers - without.buffers),
      resident: each(held.resident - without.resident),
      cpu: cpu / (after.at - before.at),
      handshakes: clients.result.handshakesPerSecond,
    };
  } finally {
    await clients.end();
  }
}

async function memoryOf(
  gateway: Gateway,
  interrupted: AbortSignal,
): Promise<{ heap: number; buffers: number; resident: number }> {
  await sleep(SETTLE_MS, undefined, { signal: interrupted });
  const { heap, buffers } = await collectedHeap(gateway);
  return { heap, buffers, resident: await residentBytes(gateway.process.pid) };
}

const KINDS: Record<string, Pick<Figure, 'label' | 'unit' | 'goal'>> = {
  heap: { label: 'heap a connection', unit: 'B', goal: { atMost: GOAL_HEAP_BYTES } },
  buffers: { label: 'buffers outside the heap, a connection', unit: 'B' },
  resident: { label: 'resident memory a connection', unit: 'B' },
  cpu: { label: 'gateway, idling', unit: 'CPU' },
  handshakes: { label: 'handshakes', unit: '/s' },
};

function describeFigure(key: string, sockets: number): Omit<Figure, 'values'> {
  return { id: `idle-sockets/${sockets}/${key}`, ...(KINDS[key] ?? { label: key, unit: '' }) };
}
