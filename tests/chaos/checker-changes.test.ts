import { describe, expect, test } from '@jest/globals';
import { check, type Kind } from './checker.ts';
import { A, B, C, channel, device, expectOnly, said, stored } from './hand-made.ts';
import type { History, StoredChannel } from './history.ts';

/** B is edited at 4 and gets a reaction at 5; A is deleted at 6. Eve goes at 7, and something is said at 8. */
const edited = { ...B, text: 'better', reactions: ['👍 ada'] };
const deleted = { ...A, text: '', deleted: true };
const D = { ...stored(8, 'ada', 'd'), number: 4 };
const eve = device({ name: "eve's", userId: 'eve', heard: [A, B, C], looks: undefined });
const bobs = device({
  heard: [A, B, C, D],
  looks: new Map([deleted, edited, C, D].map((message) => [message.id, message])),
  reading: { readSeq: 3, unreadCount: 1 },
});
const changed: History = {
  channels: [
    channel({
      messages: [deleted, edited, C, D],
      entries: [
        { seq: 4, atMs: 400, type: 'message-edited', messageSeq: 2 },
        { seq: 5, atMs: 500, type: 'reaction-added', messageSeq: 2 },
        { seq: 6, atMs: 600, type: 'message-deleted', messageSeq: 1 },
        { seq: 7, atMs: 700, type: 'member-removed', userId: 'eve' },
      ],
      lastSeq: 8,
      reading: new Map([['bob', { readSeq: 3, unreadCount: 1 }]]),
    }),
  ],
  devices: [bobs, eve],
  said: [said(A), said(B), said(C), said(D)],
  changes: [
    { channelId: 'c', messageSeq: 2, type: 'message-edited', text: 'better', acknowledged: 4 },
    { channelId: 'c', messageSeq: 2, type: 'reaction-added', acknowledged: 5 },
    { channelId: 'c', messageSeq: 1, type: 'message-deleted', acknowledged: 6 },
  ],
  effects: new Map(['c:1', 'c:2', 'c:3', 'c:8'].map((id) => [id, 1])),
};
const inChanged = (more: Partial<StoredChannel>): History => ({
  ...changed,
  channels: changed.channels.map((each) => ({ ...each, ...more })),
});

test('what was changed and who went is no fault', () => {
  expect(check(changed)).toEqual([]);
});

test('who came back may be told of what happened meanwhile', () => {
  const entries = [
    ...(changed.channels[0]?.entries ?? []),
    { seq: 9, atMs: 900, type: 'member-added', userId: 'eve' },
  ];
  const received = [{ channelId: 'c', seq: 8, atMs: 950 }];
  const devices = [bobs, { ...eve, received }];
  expect(check({ ...inChanged({ entries, lastSeq: 9 }), devices })).toEqual([]);
});

describe('it finds', () => {
  const bad: [string, Kind, History][] = [
    [
      'an edit that is stored and has no effect',
      'lost',
      { ...inChanged({ messages: [deleted, { ...edited, text: 'b' }, C, D] }), devices: [] },
    ],
    [
      'an acknowledged change that is not in the stream',
      'lost',
      {
        ...changed,
        changes: [
          { channelId: 'c', messageSeq: 3, type: 'reaction-added', acknowledged: 9 },
          ...changed.changes,
        ],
      },
    ],
    ['a deletion that has no effect', 'lost', { ...inChanged({ messages: [A, edited, C, D] }), devices: [] }],
    [
      'a device that shows an older text',
      'diverged',
      { ...changed, devices: [{ ...bobs, looks: new Map(bobs.looks).set('c:2', { ...edited, text: 'b' }) }] },
    ],
    [
      'a device that misses a reaction',
      'diverged',
      {
        ...changed,
        devices: [{ ...bobs, looks: new Map(bobs.looks).set('c:2', { ...edited, reactions: [] }) }],
      },
    ],
    [
      'a device that shows a channel its person has left',
      'diverged',
      { ...changed, devices: [{ ...eve, looks: new Map() }] },
    ],
    [
      'a device that does not show a channel',
      'diverged',
      { ...changed, devices: [{ ...bobs, looks: undefined }] },
    ],
    [
      'something sent to who was removed',
      'leaked',
      { ...changed, devices: [{ ...eve, received: [{ channelId: 'c', seq: 8, atMs: 850 }] }] },
    ],
    [
      'something fetched by who was removed',
      'leaked',
      { ...changed, devices: [{ ...eve, heard: [A, B, C, D] }] },
    ],
  ];

  test.each(bad)('%s: %s', (_what, kind, history) => expectOnly(kind, history));
});
