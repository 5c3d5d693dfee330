import type { GatewaySignal, GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import type { Channel as ChannelDto } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { createCounter } from '@chatplatform/kit/metrics';
import type { RedisClient } from '@chatplatform/kit/redis';
import { Emitter } from '@socket.io/redis-emitter';
import type { ChannelView } from '../../core/domain/channel.ts';
import type { Entry } from '../../core/domain/entry.ts';
import type { LiveUpdates } from '../../core/ports/live-updates.ts';
import { createMissed } from './missed.ts';

export interface LivePresenters {
  readonly channel: (view: ChannelView) => ChannelDto;
  readonly entry: (entry: Entry) => StreamEntry;
}

const failures = createCounter({
  name: 'chat_live_publish_failures_total',
  help: 'Live updates that did not reach Redis; clients fetch what they missed.',
});

/**
 * Live updates through Redis to the gateways. While Redis is away they are dropped: whoever receives a later message
 * sees the gap. Those who would not see one, because nothing followed, are told to sync as soon as Redis is back.
 */
export function createLiveUpdates(
  redis: Pick<RedisClient, 'publish' | 'on'>,
  present: LivePresenters,
): LiveUpdates {
  const missed = createMissed();

  /** The emitter neither awaits nor catches; what it publishes through must not reject. */
  const emitterOr = (onFailure: () => void): Emitter<ServerFrames> =>
    new Emitter({
      publish: (channel: string, payload: string | Buffer) => {
        redis.publish(channel, payload).catch(() => {
          failures.inc();
          onFailure();
        });
      },
    });
  const inChannel = (channelId: string): Emitter<ServerFrames> =>
    emitterOr(() => missed.inChannel(channelId));
  const onMembership = emitterOr(() => missed.membership());
  const signal = <S extends GatewaySignalName>(name: S, body: GatewaySignal<S>): void =>
    onMembership.serverSideEmit(name, body);

  redis.on('ready', () => {
    const { channelIds, membership } = missed.take();
    if (membership) signal('rooms:stale', {});
    if (channelIds === 'all') emitterOr(() => missed.everywhere()).emit('sync:required', { channelId: null });
    else
      for (const channelId of channelIds)
        inChannel(channelId).to(rooms.channel(channelId)).emit('sync:required', { channelId });
  });

  /** Before the entry: who was added hears what follows, who was removed does not. */
  const moveMember = (entry: Entry): void => {
    const { channelId } = entry;
    if (entry.type === 'member-added') signal('member:added', { channelId, userId: entry.userId });
    if (entry.type !== 'member-removed') return;
    signal('member:removed', { channelId, userId: entry.userId });
    onMembership.to(rooms.user(entry.userId)).emit('channel:left', { channelId });
  };

  return {
    appended(entry) {
      moveMember(entry);
      const audience = inChannel(entry.channelId).to(rooms.channel(entry.channelId));
      const shown = present.entry(entry);
      if (shown.type === 'message') audience.emit('message:created', shown.message);
      else audience.emit('channel:entry', shown);
    },
    membershipSeen: moveMember,
    joined(view) {
      const { channelId, userId } = view.membership;
      // Also of those a channel is created with, of whom no entry tells.
      signal('member:added', { channelId, userId });
      onMembership.to(rooms.user(userId)).emit('channel:joined', present.channel(view));
    },
    marksRaised({ channelId, userId, readSeq, readCount }) {
      emitterOr(() => undefined)
        .to(rooms.user(userId))
        .emit('channel:read', { channelId, userId, seq: readSeq, readCount });
    },
  };
}
