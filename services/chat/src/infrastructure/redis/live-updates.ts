import type { GatewaySignal, GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import type { Channel as ChannelDto, Message as MessageDto } from '@chatplatform/contracts/http/chat';
import { createCounter } from '@chatplatform/kit/metrics';
import type { RedisClient } from '@chatplatform/kit/redis';
import { Emitter } from '@socket.io/redis-emitter';
import type { ChannelView } from '../../core/domain/channel.ts';
import type { Message } from '../../core/domain/message.ts';
import type { LiveUpdates } from '../../core/ports/live-updates.ts';
import { createMissed } from './missed.ts';

export interface LivePresenters {
  readonly channel: (view: ChannelView) => ChannelDto;
  readonly message: (message: Message) => MessageDto;
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

  return {
    messageCreated(message) {
      inChannel(message.channelId)
        .to(rooms.channel(message.channelId))
        .emit('message:created', present.message(message));
    },
    memberJoined(view) {
      const { channelId, userId } = view.membership;
      signal('member:added', { channelId, userId });
      onMembership.to(rooms.user(userId)).emit('channel:joined', present.channel(view));
    },
    memberLeft(channelId, userId) {
      signal('member:removed', { channelId, userId });
      onMembership.to(rooms.user(userId)).emit('channel:left', { channelId });
    },
    readMarkAdvanced(mark, shared) {
      const audience = shared
        ? [rooms.user(mark.userId), rooms.channel(mark.channelId)]
        : rooms.user(mark.userId);
      emitterOr(() => undefined)
        .to(audience)
        .emit('channel:read', mark);
    },
  };
}
