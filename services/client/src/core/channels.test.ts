import { describe, expect, test } from '@jest/globals';
import type { Channel } from '@chatplatform/contracts/http/chat';
import fc from 'fast-check';
import { channel, message } from '../testing/fake-platform.ts';
import {
  type Channels,
  type MembershipChanges,
  noteMessage,
  noteRead,
  putChannel,
  replaceChannels,
} from './channels.ts';

const known = (more = {}): Channels => new Map([['c', channel('c', more)]]);

describe('unread', () => {
  test('is what came after the mark, and never negative', () => {
    const after = noteMessage(known(), message(3), 'me');
    expect(after.get('c')).toMatchObject({ lastSeq: 3, readSeq: 0, unreadCount: 3 });
    expect(noteRead(after, { channelId: 'c', userId: 'me', seq: 2 }, 'me').get('c')?.unreadCount).toBe(1);
    // A mark that overtakes the message it is about, from another device.
    expect(noteRead(known(), { channelId: 'c', userId: 'me', seq: 9 }, 'me').get('c')).toMatchObject({
      lastSeq: 9,
      unreadCount: 0,
    });
  });

  test('who writes has read what is above', () => {
    const after = noteMessage(known({ lastSeq: 4, unreadCount: 4 }), message(5, { senderId: 'me' }), 'me');
    expect(after.get('c')?.unreadCount).toBe(0);
  });

  test('the marks of others change nothing', () => {
    const channels = known({ lastSeq: 4, unreadCount: 4 });
    expect(noteRead(channels, { channelId: 'c', userId: 'else', seq: 4 }, 'me')).toBe(channels);
  });

  test('is the same whatever the order of messages, marks and descriptions', () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('message' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('mine' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('read' as const), seq: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('told' as const), seq: fc.integer({ min: 1, max: 20 }) }),
    );
    type Happening = { kind: string; seq: number };
    const apply = (channels: Channels, { kind, seq }: Happening): Channels => {
      if (kind === 'read') return noteRead(channels, { channelId: 'c', userId: 'me', seq }, 'me');
      if (kind === 'told') return putChannel(channels, channel('c', { lastSeq: seq }));
      return noteMessage(channels, message(seq, kind === 'mine' ? { senderId: 'me' } : {}), 'me');
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

describe('a list of channels', () => {
  test('takes the place of what is known, but never turns a mark back', () => {
    const channels = new Map([
      ...known({ lastSeq: 8, readSeq: 6, unreadCount: 2 }),
      ['left', channel('left')],
    ]);
    const next = replaceChannels(channels, [
      channel('c', { lastSeq: 7, readSeq: 5, unreadCount: 2 }),
      channel('new'),
    ]);
    expect([...next.keys()]).toEqual(['c', 'new']);
    expect(next.get('c')).toMatchObject({ lastSeq: 8, readSeq: 6, unreadCount: 2 });
  });

  test('gives way to what was heard of while it was on its way', () => {
    const meanwhile: MembershipChanges = new Map<string, Channel | 'left'>([
      ['c', 'left'],
      ['joined', channel('joined')],
    ]);
    expect([...replaceChannels(known(), [channel('c')], meanwhile).keys()]).toEqual(['joined']);
  });
});
