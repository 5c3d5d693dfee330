import { describe, expect, test } from '@jest/globals';
import { check, type Kind } from './checker.ts';
import { A, B, C, channel, device, expectOnly, said, stored } from './hand-made.ts';
import type { History, StoredMessage } from './history.ts';

/** A good history of three messages, and the same one with one thing wrong. */
const good: History = {
  channels: [channel()],
  devices: [device(), device({ name: "ada's", userId: 'ada', reading: { readSeq: 3, unreadCount: 0 } })],
  said: [said(A), said(B), said(C)],
  changes: [],
  effects: new Map([
    ['c:1', 1],
    ['c:2', 1],
    ['c:3', 1],
  ]),
};
const heard = (...messages: StoredMessage[]): History => ({
  ...good,
  devices: [device({ heard: messages })],
});
const read = (readSeq: number, unreadCount: number): History => ({
  ...good,
  devices: [device({ reading: { readSeq, unreadCount } })],
});

test('a good history has nothing to find', () => {
  expect(check(good)).toEqual([]);
});

test('places of entries that are no messages are no holes, and not unread', () => {
  const later = { ...C, id: 'c:5', seq: 5 };
  const history: History = {
    channels: [
      channel({
        messages: [A, B, later],
        lastSeq: 6,
        reading: new Map([['bob', { readSeq: 4, unreadCount: 1 }]]),
      }),
    ],
    devices: [device({ heard: [A, B, later], reading: { readSeq: 4, unreadCount: 1 } })],
    said: [said(A), said(B), said(later)],
    changes: [],
    effects: new Map([
      ['c:1', 1],
      ['c:2', 1],
      ['c:5', 1],
    ]),
  };
  expect(check(history)).toEqual([]);
});

describe('it finds', () => {
  const bad: [string, Kind, History][] = [
    [
      'a message that was acknowledged and is gone',
      'lost',
      { ...good, said: [...good.said, said(stored(9, 'bob', 'gone'))] },
    ],
    [
      'a message that was said and neither answered nor stored',
      'lost',
      {
        ...good,
        said: [...good.said, { senderId: 'bob', channelId: 'c', clientMessageId: 'x', text: 'unanswered' }],
      },
    ],
    [
      'a hole among the stored messages',
      'lost',
      { ...good, channels: [channel({ messages: [A, B, { ...C, number: 4 }] })] },
    ],
    ['a message that a device never heard of', 'lost', heard(A, C)],
    [
      'an event without effect',
      'lost',
      {
        ...good,
        effects: new Map([
          ['c:1', 1],
          ['c:2', 1],
        ]),
      },
    ],
    [
      'a place that is taken twice',
      'doubled',
      { ...good, channels: [channel({ messages: [A, B, { ...C, number: 2 }] })] },
    ],
    ['a message beyond the end of its channel', 'phantom', { ...good, channels: [channel({ lastSeq: 2 })] }],
    [
      'a message that is stored twice',
      'doubled',
      {
        ...heard(A, B, C, { ...C, id: 'c:4', seq: 4, number: 4 }),
        channels: [
          channel({
            messages: [A, B, C, { ...C, id: 'c:4', seq: 4, number: 4 }],
            lastSeq: 4,
            reading: new Map([['bob', { readSeq: 3, unreadCount: 1 }]]),
          }),
        ],
        devices: [
          device({
            heard: [A, B, C, { ...C, id: 'c:4', seq: 4, number: 4 }],
            reading: { readSeq: 3, unreadCount: 1 },
          }),
        ],
        effects: new Map([...good.effects, ['c:4', 1]]),
      },
    ],
    ['a message that a device heard twice', 'doubled', heard(A, B, B, C)],
    [
      'an event that had its effect twice',
      'doubled',
      { ...good, effects: new Map([...good.effects, ['c:2', 2]]) },
    ],
    ['messages that a device heard in another order', 'reordered', heard(A, C, B)],
    [
      'messages that are stored in another order than they were said',
      'reordered',
      { ...good, said: [said(C), said(A), said(B)] },
    ],
    ['a message that nobody said', 'phantom', { ...good, said: [said(A), said(C)] }],
    ['a message that a device heard and nobody stored', 'phantom', heard(A, B, C, stored(4, 'eve', 'd'))],
    ['a message that a device heard with another text', 'phantom', heard(A, { ...B, text: 'not b' }, C)],
    [
      'an acknowledgement that names another place',
      'phantom',
      { ...good, said: [said(A), { ...said(B), acknowledged: { id: 'c:7', seq: 7 } }, said(C)] },
    ],
    ['an event of nothing', 'phantom', { ...good, effects: new Map([...good.effects, ['c:8', 1]]) }],
    [
      'a message that was refused to a member',
      'lost',
      {
        ...good,
        said: [
          ...good.said,
          { senderId: 'bob', channelId: 'c', clientMessageId: 'x', text: 'refused', refused: true },
        ],
      },
    ],
    [
      'a message that was refused and is stored',
      'phantom',
      { ...good, said: [said(A), said(B), { ...said(C), refused: true }] },
    ],
    ['a count that does not fit what is stored', 'wrong unread', read(2, 5)],
    ['a mark that the server does not know', 'wrong unread', read(1, 2)],
    [
      'a server that counts otherwise',
      'wrong unread',
      {
        ...good,
        channels: [
          channel({
            reading: new Map([
              ['bob', { readSeq: 2, unreadCount: 4 }],
              ['ada', { readSeq: 3, unreadCount: 0 }],
            ]),
          }),
        ],
      },
    ],
  ];

  test.each(bad)('%s: %s', (_what, kind, history) => expectOnly(kind, history));
});
