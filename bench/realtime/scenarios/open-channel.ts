import { figuresOf, type Figure, type Section } from '../../report/figure.ts';
import type { OpenChannelInput } from '../generator/jobs.ts';
import { generate } from '../generator/start.ts';
import { TEXT } from '../generator/text.ts';
import { writeLongPast } from '../platform/long-past.ts';
import { createRoom } from '../platform/room.ts';
import type { ScenarioContext } from './scenario.ts';

const CHANNELS = 100;
const MEMBERS = 20;
const OPENINGS = 1000;
const QUICK_OPENINGS = 50;
const AT_ONCE = [1, 8];
const DEADLINE_MS = 300_000;
/** Goals are of a large store. */
const GOAL = { messages: 1_000_000, 'p99-1': { atMost: 50 } } as const;

/** Opens channels that are not held, in a store with a long past. */
export async function measureOpenChannel(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, platform, layout, report, interrupted } = context;
  const people = await platform.identities.people(MEMBERS);
  const channelIds: string[] = [];
  for (let index = 0; index < CHANNELS; index += 1) {
    report(`channel ${index + 1} of ${CHANNELS}`);
    channelIds.push(await createRoom(platform.chatUrl, people, interrupted));
  }
  await writeLongPast(platform.mongodbUrl, {
    channelIds,
    senderIds: people.map(({ userId }) => userId),
    messagesEach: Math.ceil(options.past / CHANNELS),
    text: TEXT,
    report: (written) => report(`${written} of ${options.past} messages`),
    interrupted,
  });

  const generator = { processors: layout?.generator, timeoutMs: DEADLINE_MS, interrupted };
  const input = (atOnce: number): OpenChannelInput => ({
    chatUrl: platform.chatUrl,
    token: people[0]?.token ?? '',
    channelIds,
    openings: options.quick ? QUICK_OPENINGS : OPENINGS,
    atOnce,
  });
  await generate('open-channel', input(1), generator);
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    report(`run ${run + 1} of ${options.runs}`);
    const measured: Record<string, number> = {};
    for (const atOnce of AT_ONCE) {
      const { opened } = await generate('open-channel', input(atOnce), generator);
      Object.assign(measured, { [`p50-${atOnce}`]: opened.p50, [`p99-${atOnce}`]: opened.p99 });
    }
    runs.push(measured);
  }
  return [
    {
      title: `Opening a channel, its last 50 messages and its ${MEMBERS} members with their marks, in a store of ${options.past} messages`,
      figures: figuresOf(runs, (key) => describeFigure(key, options.past)),
      notes: [],
    },
  ];
}

function describeFigure(key: string, past: number): Omit<Figure, 'values'> {
  const [percentile = '', atOnce = ''] = key.split('-');
  return {
    id: `open-channel/${past}/${key}`,
    label: `${percentile}, ${atOnce} at once`,
    unit: 'ms',
    ...(key === 'p99-1' && past >= GOAL.messages ? { goal: GOAL['p99-1'] } : {}),
  };
}
