import { expect } from '@jest/globals';
import { check, countByKind, type Kind } from './checker.ts';
import type { Device, History, Look, Said, StoredChannel, StoredMessage } from './history.ts';

/** Logs made by hand, for the tests of the checker. */
export const stored = (seq: number, senderId: string, text: string): StoredMessage & Look => ({
  id: `c:${seq}`,
  seq,
  number: seq,
  senderId,
  clientMessageId: `id of ${text}`,
  text,
  deleted: false,
  reactions: [],
});
export const A = stored(1, 'ada', 'a');
export const B = stored(2, 'bob', 'b');
export const C = stored(3, 'ada', 'c');
export const said = (message: StoredMessage): Said => ({
  senderId: message.senderId,
  channelId: 'c',
  clientMessageId: message.clientMessageId,
  text: message.text,
  acknowledged: { id: message.id, seq: message.seq },
});
export const channel = (more: Partial<StoredChannel> = {}): StoredChannel => ({
  channelId: 'c',
  messages: [A, B, C],
  entries: [],
  memberIds: ['ada', 'bob'],
  lastSeq: 3,
  reading: new Map([
    ['ada', { readSeq: 3, unreadCount: 0 }],
    ['bob', { readSeq: 2, unreadCount: 1 }],
  ]),
  ...more,
});
const isWhole = (message: StoredMessage): message is StoredMessage & Look => 'reactions' in message;
export const device = (more: Partial<Device> = {}): Device => ({
  name: "bob's phone",
  userId: 'bob',
  channelId: 'c',
  heard: [A, B, C],
  received: [],
  looks: new Map([...(more.heard ?? []).filter(isWhole), A, B, C].map((message) => [message.id, message])),
  reading: { readSeq: 2, unreadCount: 1 },
  ...more,
});

/** The checker finds this kind of fault, and no other. */
export function expectOnly(kind: Kind, history: History): void {
  const counts = countByKind(check(history));
  expect(counts[kind]).toBeGreaterThan(0);
  expect(Object.entries(counts).filter(([other, count]) => other !== kind && count > 0)).toEqual([]);
}
