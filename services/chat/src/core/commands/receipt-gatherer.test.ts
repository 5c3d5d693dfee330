import { expect, it } from '@jest/globals';
import type { Receipt } from '../domain/entry.ts';
import type { Appender } from './append/create-appender.ts';
import { createReceiptGatherer } from './receipt-gatherer.ts';

const receipt = (userId: string, seq: number): Receipt => ({
  userId,
  readSeq: seq,
  readCount: seq,
  deliveredSeq: seq,
});

/** A channel in which everybody is active; what is told is written at once, unless it `fails`. */
function gathererOf(fails: { next: boolean }) {
  const told: [string, number][][] = [];
  const pauses: (() => void)[] = [];
  const append: Appender['append'] = async ({ concerns, decide }) => {
    if (fails.next) throw new Error('away');
    const standings = new Map(concerns?.map((userId) => [userId, { active: true }]));
    const content = decide({ standings } as never);
    if (content && 'receipts' in content) {
      told.push(content.receipts.map(({ userId, readSeq }) => [userId, readSeq]));
    }
    return { entry: null, repeated: false };
  };
  const pause = () => new Promise<void>((resolve) => pauses.push(resolve));
  return {
    told,
    pass: () => pauses.shift()?.(),
    gatherer: createReceiptGatherer({ appender: { append }, pause }),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('tells the furthest of what came while it waited, in one entry', async () => {
  const { told, pass, gatherer } = gathererOf({ next: false });
  await gatherer.add('c', receipt('ada', 1));
  const later = [receipt('ada', 5), receipt('bob', 2), receipt('ada', 3)].map((each) =>
    gatherer.add('c', each),
  );
  await turn();
  pass();
  await Promise.all(later);
  expect(told).toEqual([
    [['ada', 1]],
    [
      ['ada', 5],
      ['bob', 2],
    ],
  ]);
});

it('says nothing when a request that was overtaken brings less than was told', async () => {
  const { told, pass, gatherer } = gathererOf({ next: false });
  await gatherer.add('c', receipt('ada', 20));
  const late = gatherer.add('c', receipt('ada', 12));
  await turn();
  pass();
  await late;
  expect(told).toEqual([[['ada', 20]]]);
});

it('what could not be told is told by who asks again', async () => {
  const fails = { next: true };
  const { told, pass, gatherer } = gathererOf(fails);
  await expect(gatherer.add('c', receipt('ada', 4))).rejects.toThrow('away');
  fails.next = false;
  const again = gatherer.add('c', receipt('ada', 4));
  await turn();
  pass();
  await again;
  expect(told).toEqual([[['ada', 4]]]);
});
