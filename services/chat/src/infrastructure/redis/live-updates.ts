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
}

/** News of membership kept at most while Redis is away; beyond it everybody's memberships are read anew. */
const MAX_MISSED = 10_000;

/**
 * Live updates through Redis to the gateways. While Redis is away they are dropped; who asked for an entry to be told
 * knows that it was not. Memberships are made good here as soon as Redis is back, before anything else is told: who was
 * removed meanwhile must not hear it.
 */
export function createLiveUpdates(
  redis: Pick<RedisClient, 'publish' | 'on'>,
  present: LivePresenters,
): LiveUpdates {
  /** The last of each person in each channel; null: too many to tell apart. */
  let missed: Map<string, MembershipNews> | null = new Map();

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
  const onMembership = (
    news: MembershipNews,
    tell: (emitter: Emitter<ServerFrames>) => void,
  ): Promise<boolean> => {
    const { emitter, reached } = telling();
    tell(emitter);
    const outcome = reached();
    void outcome.then((told) => {
      if (!told) miss(news);
    });
    return outcome;
  };

  /** Who was added may have been removed since, and the reverse. Until that is known nobody hears too much. */
  const doubt = (news: MembershipNews): Promise<boolean> => {
    const { channelId, userId, member } = news;
    return onMembership(news, (emitter) => {
      if (!member) signal(emitter, 'member:removed', { channelId, userId });
      signal(emitter, 'rooms:stale', { userId });
    });
  };
  redis.on('ready', () => {
    const again = missed;
    missed = new Map();
    if (again) for (const news of again.values()) void doubt(news);
    else signal(telling().emitter, 'rooms:stale', {});
  });

  /** Before the entry: who was added hears what follows, who was removed does not. */
  const moveMember = (entry: Entry): Promise<boolean> => {
    const news = membershipNews(entry);
    if (!news) return Promise.resolve(true);
    const { channelId, userId, member } = news;
    return onMembership(news, (emitter) => {
      signal(emitter, member ? 'member:added' : 'member:removed', { channelId, userId });
      if (!member) emitter.to(rooms.user(userId)).emit('channel:left', { channelId });
    });
  };
  const doubtMember = (entry: Entry): Promise<boolean> => {
    const news = membershipNews(entry);
    return news ? doubt(news) : Promise.resolve(true);
  };
  const toChannel = (entry: Entry): Promise<boolean> => {
    const { emitter, reached } = telling();
    const audience = emitter.to(rooms.channel(entry.channelId));
    const shown = present.entry(entry);
    if (shown.type === 'message') audience.emit('message:created', shown.message);
    else audience.emit('channel:entry', shown);
    return reached();
  };
  const both = async (first: Promise<boolean>, second: Promise<boolean>): Promise<boolean> =>
    (await Promise.all([first, second])).every(Boolean);

  return {
    appended: (entry) => both(moveMember(entry), toChannel(entry)),
    appendedBefore: (entry) => both(doubtMember(entry), toChannel(entry)),
    membershipSeen: (entry) => void moveMember(entry),
    joined(view) {
      const { channelId, userId } = view.membership;
      void onMembership({ channelId, userId, member: true }, (emitter) => {
        // Also of those a channel is created with, of whom no entry tells.
        signal(emitter, 'member:added', { channelId, userId });
        emitter.to(rooms.user(userId)).emit('channel:joined', present.channel(view));
      });
    },
    marksRaised({ channelId, userId, readSeq, readCount }) {
      telling()
        .emitter.to(rooms.user(userId))
        .emit('channel:read', { channelId, userId, seq: readSeq, readCount });
    },
  };
}

const signal = <S extends GatewaySignalName>(
  emitter: Emitter<ServerFrames>,
  name: S,
  body: GatewaySignal<S>,
): void => void emitter.serverSideEmit(name, body);

function membershipNews(entry: Entry): MembershipNews | undefined {
  if (entry.type !== 'member-added' && entry.type !== 'member-removed') return undefined;
  return { channelId: entry.channelId, userId: entry.userId, member: entry.type === 'member-added' };
}

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
