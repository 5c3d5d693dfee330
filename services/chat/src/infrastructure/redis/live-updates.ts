import type { GatewaySignal, GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import type { Channel as ChannelDto } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { createCounter } from '@chatplatform/kit/metrics';
import type { RedisClient } from '@chatplatform/kit/redis';
import { Emitter } from '@socket.io/redis-emitter';
import type { ChannelView } from '../../core/domain/channel.ts';
import { isMove } from '../../core/domain/entry.ts';
import type { Entry, Move } from '../../core/domain/entry.ts';
import type { LiveUpdates } from '../../core/ports/live-updates.ts';

export interface LivePresenters {
  readonly channel: (view: ChannelView) => ChannelDto;
  readonly entry: (entry: Entry) => StreamEntry;
}

const failures = createCounter({
  name: 'chat_live_publish_failures_total',
  help: 'Live updates that did not reach Redis; clients hear of them later, or fetch them.',
});

/** A Redis that does not answer is taken for away; what was sent may reach it all the same. */
const PATIENCE_MS = 2_000;

/** What is told together, and whether Redis has it. */
interface Telling {
  readonly emitter: Emitter<ServerFrames>;
  /** Call it once everything was emitted. */
  reached(): Promise<boolean>;
}

interface MembershipNews {
  readonly channelId: string;
  readonly userId: string;
  readonly member: boolean;
  /** Of the membership: a gateway that has heard of a later one takes no notice. */
  readonly revision: number;
}

/** News of membership, and people, kept at most while Redis is away; beyond it everybody's memberships are read anew. */
const MAX_MISSED = 10_000;

/**
 * Live updates through Redis to the gateways. While Redis is away they are dropped; who asked for an entry to be told
 * knows that it was not. Memberships are made good here as soon as Redis is back, before anything else is told: who was
 * removed meanwhile must not hear it. Who has read something meanwhile is told to sync, on all devices.
 */
export function createLiveUpdates(
  redis: Pick<RedisClient, 'publish' | 'on'>,
  present: LivePresenters,
): LiveUpdates {
  /** The last of each person in each channel; null: too many to tell apart. */
  let missed: Map<string, MembershipNews> | null = new Map();
  /** Whose devices may not know how far they have read. */
  let behind = new Set<string>();

  /** The emitter neither awaits nor catches; what it publishes through must not reject. */
  const telling = (): Telling => {
    const sent: Promise<boolean>[] = [];
    const emitter = new Emitter<ServerFrames>({
      publish: (channel: string, payload: string | Buffer) => {
        sent.push(answered(redis.publish(channel, payload)));
      },
    });
    return { emitter, reached: async () => (await Promise.all(sent)).every(Boolean) };
  };
  const miss = (news: MembershipNews): void => {
    missed?.set(`${news.channelId}:${news.userId}`, news);
    if (missed && missed.size > MAX_MISSED) missed = null;
  };
  const fallBehind = (userId: string): void => {
    if (missed) behind.add(userId);
    if (behind.size > MAX_MISSED) [missed, behind] = [null, new Set()];
  };
  /** What Redis did not get is made good when it is back. */
  const tellOr = (notTold: () => void, tell: (emitter: Emitter<ServerFrames>) => void): Promise<boolean> => {
    const { emitter, reached } = telling();
    tell(emitter);
    const outcome = reached();
    void outcome.then((told) => {
      if (!told) notTold();
    });
    return outcome;
  };
  const onMembership = (news: MembershipNews, tell: (emitter: Emitter<ServerFrames>) => void) =>
    tellOr(() => miss(news), tell);
  const toDevices = (userId: string, tell: (emitter: Emitter<ServerFrames>) => void): void =>
    void tellOr(() => fallBehind(userId), tell);

  /** Who was added may have been removed since, and the reverse. Until that is known nobody hears too much. */
  const doubt = (news: MembershipNews): Promise<boolean> => {
    const { channelId, userId, member } = news;
    return onMembership(news, (emitter) => {
      if (!member) signal(emitter, 'member:removed', { channelId, userId });
      signal(emitter, 'rooms:stale', { userId });
    });
  };
  redis.on('ready', () => {
    const [again, people] = [missed, behind];
    [missed, behind] = [new Map(), new Set()];
    if (!again) return signal(telling().emitter, 'rooms:stale', {});
    for (const news of again.values()) void doubt(news);
    for (const userId of people) toDevices(userId, (emitter) => signal(emitter, 'rooms:stale', { userId }));
  });

  const moveMember = (move: Move): Promise<boolean> => {
    const news = newsOf(move);
    const { channelId, userId, member, revision } = news;
    return onMembership(news, (emitter) => {
      signal(emitter, member ? 'member:added' : 'member:removed', { channelId, userId, revision });
      if (!member) emitter.to(rooms.user(userId)).emit('channel:left', { channelId, revision });
    });
  };
  const toChannel = (entry: Entry): Promise<boolean> => {
    const { emitter, reached } = telling();
    const audience = emitter.to(rooms.channel(entry.channelId));
    const shown = present.entry(entry);
    if (shown.type === 'message') audience.emit('message:created', shown.message);
    else audience.emit('channel:entry', shown);
    return reached();
  };
  /** A move before its entry: who was added hears what follows, who was removed does not. */
  const inOrder = async (entry: Entry, move: (entry: Move) => Promise<boolean>): Promise<boolean> => {
    const moved = isMove(entry) ? move(entry) : true;
    return (await Promise.all([moved, toChannel(entry)])).every(Boolean);
  };

  return {
    appended: (entry) => inOrder(entry, moveMember),
    appendedBefore: (entry) => inOrder(entry, (move) => doubt(newsOf(move))),
    moveSeen: moveMember,
    moveDoubted: (move) => doubt(newsOf(move)),
    joined(view) {
      const { channelId, userId, revision } = view.membership;
      void onMembership({ channelId, userId, member: true, revision }, (emitter) => {
        // Also of those a channel is created with, of whom no entry tells.
        signal(emitter, 'member:added', { channelId, userId, revision });
        emitter.to(rooms.user(userId)).emit('channel:joined', { ...present.channel(view), revision });
      });
    },
    marksRaised({ channelId, userId, readSeq, readCount }) {
      toDevices(userId, (emitter) =>
        emitter.to(rooms.user(userId)).emit('channel:read', { channelId, userId, seq: readSeq, readCount }),
      );
    },
  };
}

const signal = <S extends GatewaySignalName>(
  emitter: Emitter<ServerFrames>,
  name: S,
  body: GatewaySignal<S>,
): void => void emitter.serverSideEmit(name, body);

const newsOf = ({ type, channelId, userId, revision }: Move): MembershipNews => ({
  channelId,
  userId,
  member: type === 'member-added',
  revision,
});

/** Whether Redis has taken it. Never rejects. */
async function answered(published: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  const done = await Promise.race([
    published.then(
      () => true,
      () => false,
    ),
    late,
  ]);
  clearTimeout(timer);
  if (!done) failures.inc();
  return done;
}
