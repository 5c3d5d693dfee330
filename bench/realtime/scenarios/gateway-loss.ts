import { pinGroups } from '../../measure/processors.ts';
import { figuresOf, type Figure, type Section } from '../../report/figure.ts';
import type { GatewayLossResult } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import { createRoom, lastSeqOf } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

const PAUSE_MS = 500;
const DEADLINE_MS = 600_000;

/** A gateway is killed with all the members of a channel on it, who go to another one while somebody goes on talking. */
export async function measureGatewayLoss(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, platform, layout, report, interrupted } = context;
  const people = await platform.identities.people(options.returning + 1);
  const [sender] = people;
  const [survivor] = platform.gateways;
  if (sender === undefined || survivor === undefined) throw new Error('somebody and a gateway must remain');
  report(`${people.length} members join`);
  const channelId = await createRoom(platform.chatUrl, people, interrupted);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    report(`run ${run + 1} of ${options.runs}`);
    const gateway = await platform.startGateway();
    if (layout !== undefined) await pinGroups([gateway.process.pid], layout.servers);
    const result = await generate(
      'gateway-loss',
      {
        lost: { url: gateway.url, pid: gateway.process.pid },
        survivorUrl: survivor.url,
        metricsUrl: platform.chatMetricsUrl,
        channelId,
        lastSeq: await lastSeqOf(platform.chatUrl, channelId, sender),
        tokens: people.map(({ token }) => token),
        pauseMs: PAUSE_MS,
      },
      { processors: layout?.generator, timeoutMs: DEADLINE_MS, interrupted },
    );
    runs.push(figuresOfRun(result));
  }
  return [
    {
      title: `A gateway is lost with ${options.returning} connections, who go to one other`,
      figures: figuresOf(runs, (key) => describeFigure(key, options.returning)),
      notes: [],
    },
  ];
}

const figuresOfRun = (result: GatewayLossResult): Record<string, number> => ({
  p50: result.caughtUp.p50 / 1000,
  p99: result.caughtUp.p99 / 1000,
  last: result.caughtUp.max / 1000,
  queries: result.storeQueries,
  refused: result.refused,
  messages: result.messages,
  lost: result.lost,
  repeated: result.repeated,
});

const KINDS: Record<string, Pick<Figure, 'label' | 'unit' | 'goal'>> = {
  p50: { label: 'caught up after the kill, p50', unit: 's' },
  p99: { label: 'caught up after the kill, p99', unit: 's' },
  last: { label: 'the last one', unit: 's' },
  queries: { label: "the chat service's store queries, a connection", unit: '', goal: { atMost: 1 } },
  refused: { label: 'attempts that failed, a connection', unit: '' },
  messages: { label: 'messages said meanwhile', unit: '' },
  lost: { label: 'entries lost', unit: '', goal: { atMost: 0 } },
  repeated: { label: 'entries that came twice and were dropped', unit: '' },
};

function describeFigure(key: string, returning: number): Omit<Figure, 'values'> {
  return { id: `gateway-loss/${returning}/${key}`, ...(KINDS[key] ?? { label: key, unit: '' }) };
}
