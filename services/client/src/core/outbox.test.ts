import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problem } from '../testing/fake-platform.ts';
import type { Failure } from './failure.ts';
import {
  discardSend,
  dueSends,
  EMPTY_OUTBOX,
  enqueue,
  markFailed,
  markInterrupted,
  markSending,
  markStored,
  nextDueAt,
  type Outbox,
  type OutgoingMessage,
  restoreOutbox,
  retrySend,
} from './outbox.ts';

const policy = { firstMs: 100, longestMs: 1000 };
const outgoing = (clientMessageId: string, channelId = 'c'): OutgoingMessage => ({
  channelId,
  message: { clientMessageId, text: clientMessageId, attachments: [], mentions: [], replyTo: null },
});
const ids = (sends: readonly { message: { clientMessageId: string } }[]) =>
  sends.map(({ message }) => message.clientMessageId);
const enqueued = (...sends: OutgoingMessage[]) => sends.reduce(enqueue, EMPTY_OUTBOX);
const later: Failure = { kind: 'later', problem: problem(503), retryAfterMs: 0 };
const refused: Failure = { kind: 'refused', problem: problem(403) };
const failed = (outbox: Outbox, id: string, failure: Failure, now = 0) =>
  markFailed(outbox, id, failure, { now, random: 0, policy });

describe('order', () => {
  test('a channel’s second message waits for the first to be stored; other channels do not', () => {
    const outbox = enqueued(outgoing('1'), outgoing('2'), outgoing('other', 'd'));
    expect(ids(dueSends(outbox, 0))).toEqual(['1', 'other']);
    const under = markSending(outbox, '1');
    expect(ids(dueSends(under, 0))).toEqual(['other']);
    expect(ids(dueSends(markStored(under, '1'), 0))).toEqual(['2', 'other']);
  });

  test('a message that has to wait holds up those behind it', () => {
    const outbox = failed(markSending(enqueued(outgoing('1'), outgoing('2')), '1'), '1', later);
    expect(dueSends(outbox, 0)).toEqual([]);
    expect(nextDueAt(outbox)).toBe(50);
    expect(ids(dueSends(outbox, 50))).toEqual(['1']);
  });

  test('a message that is refused does not', () => {
    const outbox = failed(markSending(enqueued(outgoing('1'), outgoing('2')), '1'), '1', refused);
    expect(ids(dueSends(outbox, 0))).toEqual(['2']);
    expect(outbox.sends[0]).toMatchObject({ state: 'refused', problem: { status: 403 } });
  });
});

describe('trying again', () => {
  test('the time to wait grows, and never undercuts what the server asks for', () => {
    let outbox = enqueued(outgoing('1'));
    const waits = Array.from({ length: 6 }, () => {
      outbox = failed(markSending(outbox, '1'), '1', later);
      return nextDueAt(outbox);
    });
    expect(waits).toEqual([50, 100, 200, 400, 500, 500]);
    const asked = failed(outbox, '1', { ...later, retryAfterMs: 7000 });
    expect(nextDueAt(asked)).toBe(7000);
  });

  test('what was under way when the connection ended is due at once, with the same id', () => {
    const outbox = markInterrupted(markSending(enqueued(outgoing('1')), '1'));
    expect(ids(dueSends(outbox, 0))).toEqual(['1']);
  });

  test('a person can retry or discard what was refused, and cannot take back what is under way', () => {
    const outbox = failed(markSending(enqueued(outgoing('1'), outgoing('2')), '1'), '1', refused);
    const { message, ...where } = outgoing('1');
    expect(retrySend(outbox, '1', '3').sends.slice(1)).toEqual([
      { ...where, message: { ...message, clientMessageId: '3' }, attempts: 0, state: 'waiting', dueAt: 0 },
    ]);
    expect(ids(retrySend(outbox, '1', '3').sends)).toEqual(['2', '3']);
    expect(retrySend(outbox, '2', '3')).toBe(outbox);
    expect(ids(discardSend(outbox, '1').sends)).toEqual(['2']);
    expect(ids(discardSend(markSending(outbox, '2'), '2').sends)).toEqual(['1', '2']);
  });
});

test('the same message is not taken twice', () => {
  const outbox = enqueued(outgoing('1'));
  expect(enqueue(outbox, outgoing('1'))).toBe(outbox);
});

/**
 * A server and a network that fail at random: what arrives is stored once by its id, an answer may be lost, a refusal for
 * now may come, the connection or the whole program may end at any moment.
 */
test('whatever fails: everything is stored, once, each sender’s messages in the order they were said', () => {
  const events = fc.array(
    fc.constantFrom(
      'say',
      'say-elsewhere',
      'answer',
      'lose-answer',
      'never-arrives',
      'later',
      'disconnect',
      'restart',
    ),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(events, (steps) => {
      const stored = new Map<string, string[]>();
      const said: string[] = [];
      let outbox = EMPTY_OUTBOX;
      let now = 0;
      const store = (channelId: string, id: string) => {
        const log = stored.get(channelId) ?? [];
        if (!log.includes(id)) stored.set(channelId, [...log, id]);
      };
      const say = (channelId: string) => {
        said.push(`${said.length}`);
        outbox = enqueue(outbox, outgoing(`${said.length - 1}`, channelId));
      };
      const outcomes: Record<string, (id: string) => Outbox> = {
        answer: (id) => markStored(outbox, id),
        'lose-answer': (id) => failed(outbox, id, { kind: 'lost' }, now),
        'never-arrives': (id) => failed(outbox, id, { kind: 'lost' }, now),
        later: (id) => failed(outbox, id, later, now),
        disconnect: () => markInterrupted(outbox),
        restart: () => restoreOutbox(JSON.parse(JSON.stringify(outbox.sends))),
      };
      const attempt = (kind: string) => {
        now = Math.max(now, nextDueAt(outbox) ?? now);
        const [send] = dueSends(outbox, now);
        if (send === undefined) return;
        const id = send.message.clientMessageId;
        outbox = markSending(outbox, id);
        if (kind !== 'never-arrives' && kind !== 'later') store(send.channelId, id);
        outbox = outcomes[kind]?.(id) ?? outbox;
      };
      const step = (kind: string) => {
        if (kind === 'say') say('c');
        else if (kind === 'say-elsewhere') say('d');
        else attempt(kind);
      };
      for (const kind of steps) step(kind);
      while (outbox.sends.length > 0) step('answer');
      expect([...stored.values()].flat().sort()).toEqual([...said].sort());
      for (const log of stored.values())
        expect(log.map(Number)).toEqual(log.map(Number).sort((a, b) => a - b));
    }),
  );
});
