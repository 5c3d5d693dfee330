import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../domain/entry.ts';
import { Announcements } from '../announce/announcements.ts';
import { createAppender } from './create-appender.ts';
import type { EntryDraft } from './draft.ts';
import { CHANNEL, channelOf, memberOf, sendDraft } from './model-pod.ts';
import { ModelStore } from './model-store.ts';

const removal = (userId: string): EntryDraft => ({
  channelId: CHANNEL,
  actorId: 'ada',
  operation: null,
  concerns: [userId],
  decide: () => ({ type: 'member-removed', userId, revision: 1 }),
});

/** One store, gateways that write down what they hear, and Pods that can be cut off from them. */
function setUp() {
  const store: ModelStore = new ModelStore(
    channelOf(),
    ['ada', 'bob', 'eve'].map((userId) => memberOf(userId)),
    async () => {
      await Promise.resolve();
      store.replicateOne();
    },
  );
  const heard: string[] = [];
  const startPod = (projects = true) => {
    const redis = { away: false };
    const hear = async (entry: Entry, how = ''): Promise<boolean> => {
      if (!redis.away) heard.push(`${how}${entry.type} ${entry.seq}`);
      return !redis.away;
    };
    const announcements = new Announcements({
      live: {
        appended: (entry) => hear(entry),
        appendedBefore: (entry) => hear(entry, 'again: '),
        moveSeen: (entry) => hear(entry, 'seen: '),
        moveDoubted: (entry) => hear(entry, 'doubted: '),
      },
      log: store,
      untold: { forget: async () => undefined },
      catchUp: (channelId) => appender.settle(channelId),
      onError: (error) => {
        throw error;
      },
    });
    const appender = createAppender({
      log: store,
      channels: {
        find: async () => store.channel,
        countContention: async () => undefined,
        forgetUntoldMoves: async (_channelId, ids) => store.forgetUntoldMoves(ids),
      },
      memberships: { findMany: (_channelId, userIds) => store.standings(userIds) },
      projections: projects ? store : { apply: () => Promise.reject(new Error('dies')) },
      announcements,
      clock: { now: () => new Date(0) },
      pause: () => Promise.resolve(),
      random: () => 0.5,
      onHarmlessError: (error) => {
        throw error;
      },
    });
    return { redis, appender };
  };
  return { store, heard, startPod };
}

describe('a removal by a Pod that cannot tell the gateways of it', () => {
  it('is told by a Pod that starts after it, before anything that it says', async () => {
    const { store, heard, startPod } = setUp();
    const [cutOff, other] = [startPod(), startPod()];
    cutOff.redis.away = true;
    await cutOff.appender.append(removal('eve'));
    await cutOff.appender.settle(CHANNEL);
    expect(store.channel).toMatchObject({ lastSeq: 1, untoldMoves: [`${CHANNEL}:1`] });

    await other.appender.append(sendDraft('bob', 'one'));
    expect(heard).toEqual(['doubted: member-removed 1', 'message 2']);
    await new Promise(setImmediate);
    expect(store.channel.untoldMoves).toEqual([]);
    await startPod().appender.append(sendDraft('bob', 'two'));
    expect(heard.slice(2)).toEqual(['message 3']);
  });

  it('is told also when the Pod that took it in was cut off as well', async () => {
    const { heard, startPod } = setUp();
    const [writer, reader, other] = [startPod(false), startPod(), startPod()];
    await reader.appender.append(sendDraft('bob', 'starts'));
    await reader.appender.settle(CHANNEL);
    for (const { redis } of [writer, reader]) redis.away = true;
    await writer.appender.append(removal('eve'));
    await reader.appender.settle(CHANNEL);
    await other.appender.append(sendDraft('bob', 'speaks'));
    expect(heard).toEqual(['message 1', 'doubted: member-removed 2', 'message 3']);
  });

  it('is passed on by a Pod that was there before it', async () => {
    const { heard, startPod } = setUp();
    const [cutOff, other] = [startPod(), startPod()];
    await other.appender.append(sendDraft('bob', 'one'));
    cutOff.redis.away = true;
    await cutOff.appender.append(removal('eve'));
    await other.appender.append(sendDraft('bob', 'two'));
    expect(heard).toEqual(['message 1', 'seen: member-removed 2', 'message 3']);
  });
});
