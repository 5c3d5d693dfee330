import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ChannelLog,
  emptyLog,
  gapAfter,
  headOf,
  noteLastSeq,
  type Placed,
  takeEntries,
} from './channel-log.ts';

const entry = (seq: number, channelId = 'c'): Placed => ({ channelId, seq });
const entries = (...seqs: number[]) => seqs.map((seq) => entry(seq));
const seqs = (placed: readonly Placed[]) => placed.map(({ seq }) => seq);
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A stream of this length, where one starts, and what arrives live: any subset, in any order, repeated, in pieces. */
const arrivals = fc.integer({ min: 1, max: 40 }).chain((last) =>
  fc.record({
    last: fc.constant(last),
    base: fc.integer({ min: 0, max: last }),
    live: fc.array(fc.array(fc.integer({ min: 1, max: last }), { maxLength: 6 }), { maxLength: 30 }),
  }),
);

/** What a client does: as long as something is missing it asks for a page after the last place it holds. */
const filled = (start: ChannelLog<Placed>, last: number, pageSize: number): ChannelLog<Placed> => {
  let log = start;
  for (let after = gapAfter(log); after !== undefined; after = gapAfter(log))
    log = takeEntries(noteLastSeq(log, last), entries(...run(after + 1, Math.min(last, after + pageSize))));
  return log;
};

describe('whatever arrives, in whatever order and however often', () => {
  test('with the gaps filled, the log is the stream in its order', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 10 }), ({ last, base, live }, pageSize) => {
        const heard = live.reduce(
          (log, piece) => takeEntries(log, entries(...piece)),
          emptyLog<Placed>('c', base),
        );
        const log = filled(noteLastSeq(heard, last), last, pageSize);
        expect(seqs(log.entries)).toEqual(run(base + 1, last));
        expect(log.ahead).toEqual([]);
      }),
    );
  });

  test('the log is the same for every order of the same arrivals, also where they are not complete', () => {
    const shuffled = arrivals.chain(({ live }) =>
      fc.tuple(fc.constant(live), fc.shuffledSubarray(live, { minLength: live.length })),
    );
    const folded = (pieces: number[][]) =>
      pieces.reduce((log, piece) => takeEntries(log, entries(...piece)), emptyLog<Placed>('c', 0));
    fc.assert(fc.property(shuffled, ([one, other]) => expect(folded(other)).toEqual(folded(one))));
  });

  test('the run never has a hole, and what waits is beyond it, once and in order', () => {
    fc.assert(
      fc.property(arrivals, ({ live, base }) => {
        let log = emptyLog<Placed>('c', base);
        for (const piece of live) {
          log = takeEntries(log, entries(...piece));
          expect(seqs(log.entries)).toEqual(run(base + 1, headOf(log)));
          expect(seqs(log.ahead)).toEqual([...new Set(seqs(log.ahead))].sort((a, b) => a - b));
          expect(seqs(log.ahead).every((seq) => seq > headOf(log) + 1)).toBe(true);
        }
      }),
    );
  });
});

test('what comes too early waits, and says from where to fetch', () => {
  const held = takeEntries(emptyLog<Placed>('c', 0), entries(1, 2, 5));
  expect(seqs(held.entries)).toEqual([1, 2]);
  expect(gapAfter(held)).toBe(2);
  const healed = takeEntries(held, entries(3, 4));
  expect(seqs(healed.entries)).toEqual([1, 2, 3, 4, 5]);
  expect(gapAfter(healed)).toBeUndefined();
});

test('what the server says of the end is a gap, though nothing beyond it arrived', () => {
  const log = noteLastSeq(takeEntries(emptyLog<Placed>('c', 3), entries(4)), 6);
  expect(gapAfter(log)).toBe(4);
});

test('another channel’s entry, and one that is held, change nothing', () => {
  const log = takeEntries(emptyLog<Placed>('c', 0), entries(1, 3));
  expect(takeEntries(log, [entry(2, 'd'), ...entries(1, 3)])).toBe(log);
});
