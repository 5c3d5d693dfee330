import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ChannelLog,
  emptyLog,
  gapAfter,
  headOf,
  noteLastSeq,
  type Placed,
  startAfter,
  take,
  takePage,
} from './channel-log.ts';

const entry = (seq: number, channelId = 'c'): Placed => ({ channelId, seq });
const seqs = (entries: readonly Placed[]) => entries.map(({ seq }) => seq);
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const page = (from: number, to: number) => run(from, to).map((seq) => entry(seq));

/** A stream of this length, and what of it arrives live: any subset, in any order, any number of times, in pieces. */
const arrivals = fc.integer({ min: 1, max: 40 }).chain((last) =>
  fc.record({
    last: fc.constant(last),
    live: fc.array(fc.array(fc.integer({ min: 1, max: last }), { maxLength: 6 }), { maxLength: 30 }),
  }),
);

/** What a client does: as long as something is missing it asks for a page after the last place it holds. */
const filled = (log: ChannelLog<Placed>, last: number, pageSize: number): ChannelLog<Placed> => {
  for (let after = gapAfter(log); after !== undefined; after = gapAfter(log))
    log = take(noteLastSeq(log, last), page(after + 1, Math.min(last, after + pageSize)));
  return log;
};

describe('whatever arrives, in whatever order and however often', () => {
  test('with the gaps filled, the log is the stream in its order', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 10 }), ({ last, live }, pageSize) => {
        let log = startAfter(emptyLog<Placed>('c'), 0);
        for (const seqsOf of live)
          log = take(
            log,
            seqsOf.map((seq) => entry(seq)),
          );
        log = filled(noteLastSeq(log, last), last, pageSize);
        expect(seqs(log.entries)).toEqual(run(1, last));
        expect(log.ahead).toEqual([]);
      }),
    );
  });

  test('the log is the same for every order of the same arrivals, also where they are not complete', () => {
    const shuffled = arrivals.chain(({ live }) =>
      fc.tuple(fc.constant(live), fc.shuffledSubarray(live, { minLength: live.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const folded = (pieces: number[][]) =>
          pieces.reduce(
            (log, piece) =>
              take(
                log,
                piece.map((seq) => entry(seq)),
              ),
            startAfter(emptyLog<Placed>('c'), 0),
          );
        expect(folded(other)).toEqual(folded(one));
      }),
    );
  });

  test('the run never has a hole, and what waits is beyond it', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 40 }), ({ live }, base) => {
        let log = emptyLog<Placed>('c');
        live.forEach((piece, index) => {
          if (index === 3) log = startAfter(log, base);
          log = take(
            log,
            piece.map((seq) => entry(seq)),
          );
          expect(seqs(log.entries)).toEqual(run((log.base ?? 0) + 1, headOf(log)));
          if (log.base !== undefined)
            expect(seqs(log.ahead).every((seq) => seq > headOf(log) + 1)).toBe(true);
          expect(seqs(log.ahead)).toEqual([...new Set(seqs(log.ahead))].sort((a, b) => a - b));
        });
      }),
    );
  });

  test('pages from the newest to the oldest, with live entries in between, give the whole stream', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 7 }), ({ last, live }, pageSize) => {
        let log = takePage(emptyLog<Placed>('c'), page(Math.max(1, last - pageSize + 1), last));
        for (const piece of live) {
          log = take(
            log,
            piece.map((seq) => entry(seq)),
          );
          const base = log.base ?? 0;
          if (base > 0) log = takePage(log, page(Math.max(1, base - pageSize + 1), base));
        }
        while ((log.base ?? 0) > 0)
          log = takePage(log, page(Math.max(1, (log.base ?? 0) - pageSize + 1), log.base ?? 0));
        expect(seqs(log.entries)).toEqual(run(1, last));
      }),
    );
  });
});

test('what comes too early waits, and says from where to fetch', () => {
  const held = take(startAfter(emptyLog<Placed>('c'), 0), [entry(1), entry(2), entry(5)]);
  expect(seqs(held.entries)).toEqual([1, 2]);
  expect(gapAfter(held)).toBe(2);
  const healed = take(held, [entry(3), entry(4)]);
  expect(seqs(healed.entries)).toEqual([1, 2, 3, 4, 5]);
  expect(gapAfter(healed)).toBeUndefined();
});

test('what the server says of the end is a gap, though nothing beyond it arrived', () => {
  const log = noteLastSeq(take(startAfter(emptyLog<Placed>('c'), 3), [entry(4)]), 6);
  expect(gapAfter(log)).toBe(4);
});

test('a page that does not begin at 1 starts the log, and what came before it follows', () => {
  const early = take(emptyLog<Placed>('c'), [entry(43)]);
  expect(gapAfter(early)).toBeUndefined();
  const opened = takePage(early, page(41, 42));
  expect(seqs(opened.entries)).toEqual([41, 42, 43]);
  expect(headOf(opened)).toBe(43);
});

test('an older page that overlaps adds what is older; one that does not touch adds nothing', () => {
  const log = takePage(emptyLog<Placed>('c'), page(10, 12));
  expect(seqs(takePage(log, page(8, 11)).entries)).toEqual(run(8, 12));
  expect(seqs(takePage(log, page(2, 4)).entries)).toEqual(run(10, 12));
});

test('another channel’s entry is left out', () => {
  const log = startAfter(emptyLog<Placed>('c'), 0);
  expect(take(log, [entry(1, 'd')])).toBe(log);
});
