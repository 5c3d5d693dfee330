import { describe, expect, test } from '@jest/globals';
import type { Message } from '@chatplatform/contracts/http/chat';
import fc from 'fast-check';
import {
  addOutgoing,
  contiguousSeq,
  emptyConversation,
  gapAfter,
  merge,
  startFromPage,
} from './conversation.ts';

const message = (seq: number): Message => ({
  id: `c:${seq}`,
  channelId: 'c',
  seq,
  number: seq,
  version: seq,
  senderId: 's',
  clientMessageId: `m${seq}`,
  text: String(seq),
  attachments: [],
  mentions: [],
  replyTo: null,
  reactions: [],
  createdAt: '2026-01-01T00:00:00Z',
  editedAt: null,
  deletedAt: null,
});
const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

describe('merge', () => {
  test('whatever the order and however often they arrive, messages end up once and in order', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 30 })
          .chain((last) =>
            fc
              .array(fc.integer({ min: 1, max: last }), { maxLength: 80 })
              .map((arrivals) => ({ last, arrivals })),
          ),
        ({ last, arrivals }) => {
          const every = Array.from({ length: last }, (_, index) => index + 1);
          const conversation = [...arrivals, ...every].reduce(
            (state, seq) => merge(state, [message(seq)]),
            emptyConversation('c'),
          );
          expect(seqs(conversation.messages)).toEqual(every);
          expect(conversation.ahead).toEqual([]);
        },
      ),
    );
  });

  test('the shown run never has a hole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (arrivals) => {
        const conversation = arrivals.reduce(
          (state, seq) => merge(state, [message(seq)]),
          emptyConversation('c'),
        );
        const shown = seqs(conversation.messages);
        expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) + index));
      }),
    );
  });

  test('what comes too early waits, and says from where to fetch', () => {
    const held = merge(emptyConversation('c'), [message(1), message(2), message(5)]);
    expect(seqs(held.messages)).toEqual([1, 2]);
    expect(gapAfter(held)).toBe(2);
    const healed = merge(held, [message(3), message(4)]);
    expect(seqs(healed.messages)).toEqual([1, 2, 3, 4, 5]);
    expect(gapAfter(healed)).toBeUndefined();
  });

  test('an older page extends the run downwards', () => {
    const conversation = startFromPage(emptyConversation('c'), [message(5), message(6)]);
    expect(seqs(merge(conversation, [message(3), message(4)]).messages)).toEqual([3, 4, 5, 6]);
  });

  test('another channel’s message is not taken in', () => {
    expect(merge(emptyConversation('d'), [message(1)]).messages).toEqual([]);
  });
});

test('a stored message takes its outgoing twin away', () => {
  const sending = addOutgoing(emptyConversation('c'), {
    clientMessageId: 'm1',
    text: '1',
    mediaIds: [],
    state: 'sending',
  });
  expect(merge(sending, [message(1)]).outgoing).toEqual([]);
});

test('a first page that does not begin at 1 is shown, and later live messages follow it', () => {
  const early = merge(emptyConversation('c'), [message(43)]);
  const loaded = startFromPage(early, [message(41), message(42)]);
  expect(seqs(loaded.messages)).toEqual([41, 42, 43]);
  expect(contiguousSeq(loaded)).toBe(43);
});
