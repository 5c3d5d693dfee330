import { describe, expect, test } from '@jest/globals';
import type { Channel } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import fc from 'fast-check';
import { entryOf } from '../edge/wire.ts';
import { message } from '../testing/fake-platform.ts';
import {
  type Channels,
  type MembershipChanges,
  noteEntry,
  noteRead,
  putChannel,
  replaceChannels,
} from './channels.ts';

const known = (more = {}): Channels => new Map([['c', channelOf('c', more)]]);
/** Nothing but messages so far, so that places and counts are the same. */
const told = (lastSeq: number, readSeq = 0) =>
  channelOf('c', { lastSeq, messageCount: lastSeq, readSeq, unreadCount: lastSeq - readSeq });
const said = (lastSeq: number): Channels => new Map([['c', told(lastSeq)]]);
const read = (userId: string, seq: number) => ({ channelId: 'c', userId, readSeq: seq, readCount: seq });
const receipts = (seq: number): StreamEntry => ({
  type: 'receipts',
  id: `c:${seq}`,
  channelId: 'c',
  seq,
  messageCount: seq - 1,
  at: '2026-01-01T00:00:00Z',
  receipts: [{ userId: 'me', readSeq: seq - 1, readCount: seq - 1, deliveredSeq: seq - 1 }],
});

describe('unread', () => {
  test('is what came after the mark, and never negative', () => {
    const after = noteEntry(known(), entryOf(message(3)), 'me');
    expect(after.get('c')).toMatchObject({ lastSeq: 3, readSeq: 0, unreadCount: 3 });
    expect(noteRead(after, read('me', 2), 'me').get('c')?.unreadCount).toBe(1);
    // A mark that overtakes the message it is about, from another device.
    expect(noteRead(known(), read('me', 9), 'me').get('c')).toMatchObject({
      lastSeq: 9,
      unreadCount: 0,
    });
  });

  test('who writes has read what is above', () => {
    const after = noteEntry(said(4), entryOf(message(5, { senderId: 'me' })), 'me');
    expect(after.get('c')?.unreadCount).toBe(0);
  });

  test('the marks of others change nothing', () => {
    const channels = said(4);
    expect(noteRead(channels, read('else', 4), 'me')).toBe(channels);
  });

  test('is the same whatever the order of messages, marks and descriptions', () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('message' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('mine' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('read' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('told' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('receipts' as const), seq: fc.integer({ min: 1, max: 20 }) }),
    );
    type Happening = { kind: string; seq: number };
    const apply = (channels: Channels, { kind, seq }: Happening): Channels => {
      if (kind === 'read') return noteRead(channels, read('me', seq), 'me');
      if (kind === 'told') return putChannel(channels, told(seq));
      if (kind === 'receipts') return noteEntry(channels, receipts(seq), 'me');
      return noteEntry(channels, entryOf(message(seq, kind === 'mine' ? { senderId: 'me' } : {})), 'me');
    };
    const pairs = fc
      .array(happening, { maxLength: 25 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        expect(other.reduce(apply, known())).toEqual(one.reduce(apply, known()));
      }),
    );
  });
});

describe('mentions', () => {
  const mention = (seq: number, more = {}) => entryOf(message(seq, { mentions: ['me'], ...more }));

  test('of unread messages are counted once each, and gone once they are read', () => {
    const heard = [mention(2), mention(1), mention(2), entryOf(message(3))].reduce(
      (channels, entry) => noteEntry(channels, entry, 'me'),
      known(),
    );
    expect(heard.get('c')).toMatchObject({ unreadCount: 3, mentionCount: 2, unreadMentions: [1, 2] });
    expect(noteRead(heard, read('me', 1), 'me').get('c')).toMatchObject({
      unreadCount: 2,
      unreadMentions: [2],
    });
    // A late copy of one that is read already.
    const late = noteEntry(noteRead(heard, read('me', 3), 'me'), mention(2), 'me');
    expect(late.get('c')).toMatchObject({ unreadCount: 0, mentionCount: 0 });
  });

  test('follow what becomes of the message: edits bring them and take them away, a deletion takes them', () => {
    const place = (seq: number) => ({
      id: `c:${seq}`,
      channelId: 'c',
      seq,
      messageCount: 2,
      at: '2026-01-01T00:00:00Z',
      actorId: 'somebody',
    });
    const edited = (seq: number, messageSeq: number, mentions: string[]): StreamEntry => ({
      ...place(seq),
      type: 'message-edited',
      messageSeq,
      text: '',
      mentions,
    });
    const heard = [
      entryOf(message(1)),
      entryOf(message(2, { mentions: ['me'] })),
      edited(3, 1, ['me', 'else']),
      edited(4, 2, ['else']),
    ].reduce((channels, entry) => noteEntry(channels, entry, 'me'), known());
    expect(heard.get('c')).toMatchObject({ unreadMentions: [1], mentionCount: 1, unreadCount: 2 });
    const deleted: StreamEntry = { ...place(5), type: 'message-deleted', messageSeq: 1 };
    expect(noteEntry(heard, deleted, 'me').get('c')).toMatchObject({ unreadMentions: [], unreadCount: 2 });
    // What is read is not mentioned again.
    const after = noteEntry(noteRead(heard, read('me', 4), 'me'), edited(6, 1, ['me']), 'me');
    expect(after.get('c')?.mentionCount).toBe(0);
  });

  test('a list that does not know the newest one yet does not lose it; one that knows better wins', () => {
    const heard = noteEntry(said(4), mention(5), 'me');
    expect(replaceChannels(heard, [told(4)]).get('c')?.unreadMentions).toEqual([5]);
    expect(replaceChannels(heard, [told(5)]).get('c')?.unreadMentions).toEqual([]);
  });
});

test('places of other entries are not unread messages', () => {
  const channels = noteEntry(known({ lastSeq: 1, messageCount: 1, unreadCount: 1 }), receipts(2), 'else');
  expect(channels.get('c')).toMatchObject({ lastSeq: 2, messageCount: 1, unreadCount: 1 });
});

describe('a list of channels', () => {
  test('takes the place of what is known, but never turns a mark back', () => {
    const channels = new Map([
      ...known({ lastSeq: 8, readSeq: 6, unreadCount: 2 }),
      ['left', channelOf('left')],
    ]);
    const next = replaceChannels(channels, [
      channelOf('c', { lastSeq: 7, readSeq: 5, unreadCount: 2 }),
      channelOf('new'),
    ]);
    expect([...next.keys()]).toEqual(['c', 'new']);
    expect(next.get('c')).toMatchObject({ lastSeq: 8, readSeq: 6, unreadCount: 2 });
  });

  test('gives way to what was heard of while it was on its way', () => {
    const meanwhile: MembershipChanges = new Map<string, Channel | 'left'>([
      ['c', 'left'],
      ['joined', channelOf('joined')],
    ]);
    expect([...replaceChannels(known(), [channelOf('c')], meanwhile).keys()]).toEqual(['joined']);
  });
});
