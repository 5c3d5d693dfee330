import { describe, expect, test } from '@jest/globals';
import type { Message } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import fc from 'fast-check';
import { entryOf } from '../edge/wire.ts';
import { message } from '../testing/fake-platform.ts';
import { headOf } from './channel-log.ts';
import { emptyTimeline, takeIn, takeOlder, type Timeline, timelineFrom } from './timeline.ts';

const PEOPLE = ['ada', 'bob', 'eve'];
const at = (seq: number) => new Date(seq * 1000).toISOString();

/**
 * A stream of every kind of entry, as it was written: messages as they were said. What becomes of them is in the entries
 * that follow.
 */
const happening = fc.record({
  kind: fc.constantFrom('say', 'say', 'edit', 'delete', 'react', 'unreact', 'receipts', 'join', 'newer'),
  actor: fc.constantFrom(...PEOPLE),
  on: fc.nat(),
  emoji: fc.constantFrom('👍', '🎉'),
});
type Happening = { kind: string; actor: string; on: number; emoji: string };

const streamOf = (happenings: readonly Happening[]): StreamEntry[] => {
  const said: number[] = [];
  return happenings.map(({ kind, actor, on, emoji }, index) => {
    const seq = index + 1;
    const messageSeq = said[on % Math.max(1, said.length)] ?? 0;
    const common = {
      id: `c:${seq}`,
      channelId: 'c',
      seq,
      messageCount: said.length,
      at: at(seq),
      actorId: actor,
    };
    const kinds: Record<string, () => StreamEntry> = {
      edit: () => ({
        ...common,
        type: 'message-edited',
        messageSeq,
        text: `edited at ${seq}`,
        mentions: [actor],
      }),
      delete: () => ({ ...common, type: 'message-deleted', messageSeq }),
      react: () => ({ ...common, type: 'reaction-added', messageSeq, emoji }),
      unreact: () => ({ ...common, type: 'reaction-removed', messageSeq, emoji }),
      receipts: () => ({
        ...common,
        type: 'receipts',
        receipts: [{ userId: actor, readSeq: on % seq, readCount: on % seq, deliveredSeq: on % seq }],
      }),
      join: () => ({ ...common, type: 'member-added', userId: actor, role: 'member' }),
      newer: () => ({ ...common, type: 'of-a-newer-server' }) as unknown as StreamEntry,
    };
    const make = kinds[said.length === 0 && kind !== 'receipts' ? 'say' : kind];
    if (make !== undefined) return make();
    said.push(seq);
    return entryOf(message(seq, { number: said.length, senderId: actor, createdAt: at(seq) }));
  });
};
const streams = fc.array(happening, { minLength: 1, maxLength: 40, size: 'max' }).map(streamOf);

const folded = (stream: readonly StreamEntry[]): Timeline =>
  stream.reduce((timeline, entry) => takeIn(timeline, [entry]), emptyTimeline('c', 0));
const view = ({ messages, receipts, log }: Timeline) => ({ messages, receipts, head: headOf(log) });
/** Messages as the server gives them when asked at this place. */
const asTheyStand = (stream: readonly StreamEntry[], lastSeq: number): readonly Message[] =>
  folded(stream.slice(0, lastSeq)).messages;

describe('the timeline converges', () => {
  test('any permutation and duplication, with sync filling the gaps, is the fold in order', () => {
    const arrivals = streams.chain((stream) =>
      fc.record({
        stream: fc.constant(stream),
        live: fc.array(fc.array(fc.nat({ max: stream.length - 1 }), { maxLength: 5 }), { maxLength: 30 }),
        pageSize: fc.integer({ min: 1, max: 10 }),
      }),
    );
    fc.assert(
      fc.property(arrivals, ({ stream, live, pageSize }) => {
        let timeline = emptyTimeline('c', 0);
        for (const piece of live)
          timeline = takeIn(
            timeline,
            piece.map((index) => stream[index] as StreamEntry),
          );
        while (headOf(timeline.log) < stream.length) {
          const after = headOf(timeline.log);
          timeline = takeIn(timeline, stream.slice(after, after + pageSize), stream.length);
        }
        expect(view(timeline)).toEqual(view(folded(stream)));
      }),
    );
  });

  test('a message that is given as it stands later than its place comes to the same', () => {
    const later = streams.chain((stream) =>
      fc.tuple(
        fc.constant(stream),
        fc.array(fc.integer({ min: 0, max: stream.length }), {
          minLength: stream.length,
          maxLength: stream.length,
        }),
      ),
    );
    fc.assert(
      fc.property(later, ([stream, fetchedAt]) => {
        const fetched = stream.map((entry, index) => {
          if (entry.type !== 'message') return entry;
          const stands = asTheyStand(stream, Math.max(entry.seq, fetchedAt[index] ?? 0));
          return { ...entry, message: stands.find(({ seq }) => seq === entry.seq) as Message };
        });
        let timeline = emptyTimeline('c', 0);
        for (const entry of fetched) {
          const before = timeline.messages;
          timeline = takeIn(timeline, [entry]);
          // A newer state is never turned back on the way.
          before.forEach(({ version }, index) =>
            expect(timeline.messages[index]?.version).toBeGreaterThanOrEqual(version),
          );
        }
        expect(view(timeline)).toEqual(view(folded(stream)));
      }),
    );
  });

  test('a page and the stream after it, with older pages fetched at any moment, show the same messages', () => {
    const opened = streams.chain((stream) =>
      fc.record({
        stream: fc.constant(stream),
        opened: fc.integer({ min: 0, max: stream.length }),
        /** At which place an older page was read, with each entry; none is asked for at 0. */
        older: fc.array(fc.integer({ min: 0, max: stream.length }), {
          minLength: stream.length,
          maxLength: stream.length,
        }),
        pageSize: fc.integer({ min: 1, max: 8 }),
      }),
    );
    fc.assert(
      fc.property(opened, ({ stream, opened: lastSeq, older, pageSize }) => {
        const newest = asTheyStand(stream, lastSeq);
        let timeline = timelineFrom('c', {
          items: newest.slice(-pageSize),
          complete: newest.length <= pageSize,
          lastSeq,
        });
        const fetchOlder = (fetchedAt: number) => {
          const first = timeline.messages[0]?.seq ?? lastSeq + 1;
          const before = asTheyStand(stream, Math.max(fetchedAt, lastSeq)).filter(({ seq }) => seq < first);
          timeline = takeOlder(timeline, {
            items: before.slice(-pageSize),
            complete: before.length <= pageSize,
          });
        };
        stream.slice(lastSeq).forEach((entry, index) => {
          // Read before what is known was written, or after: the answer may be older or newer.
          const readAt = older[index] ?? 0;
          if (readAt > 0 && timeline.older && timeline.messages.length > 0) fetchOlder(readAt);
          timeline = takeIn(timeline, [entry]);
        });
        while (timeline.older && timeline.messages.length > 0) fetchOlder(stream.length);
        if (timeline.messages.length > 0 || !timeline.older)
          expect(timeline.messages).toEqual(folded(stream).messages);
      }),
      { numRuns: 200 },
    );
  });
});

test('a message that is deleted leaves a tombstone with nothing of what was said', () => {
  const said = entryOf(message(1, { attachments: [{ mediaId: 'm' }], mentions: ['ada'] }));
  const common = { channelId: 'c', messageCount: 1, actorId: 'ada', messageSeq: 1 };
  const timeline = folded([
    said,
    { ...common, id: 'c:2', seq: 2, at: at(2), type: 'reaction-added', emoji: '👍' },
    { ...common, id: 'c:3', seq: 3, at: at(3), type: 'message-deleted' },
  ]);
  expect(timeline.messages).toMatchObject([
    { seq: 1, text: '', attachments: [], mentions: [], reactions: [], deletedAt: at(3), version: 3 },
  ]);
});
