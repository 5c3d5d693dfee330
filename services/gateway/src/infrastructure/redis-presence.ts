import type { Clock } from '@chatplatform/kit/clock';
import { unavailable } from '@chatplatform/kit/errors';
import type { RedisClient } from '@chatplatform/kit/redis';
import { PRESENCE_TTL_MS, presenceOf, presenceValue } from '../core/domain/presence.ts';
import type { Presence } from '../core/domain/presence.ts';
import type { PresenceEntry, PresenceStore, Shown } from '../core/ports/presence-store.ts';

const keyOf = (userId: string): string => `presence:${userId}`;

/** One hash a person: socket id -> its entry. The whole hash expires with its last entry. */
export function createRedisPresence(redis: RedisClient, clock: Clock): PresenceStore {
  const nowMs = (): number => clock.now().getTime();
  const valueOf = ({ hidden }: PresenceEntry): string => presenceValue(nowMs() + PRESENCE_TTL_MS, hidden);

  const put = async (entry: PresenceEntry): Promise<Shown> => {
    const key = keyOf(entry.userId);
    const [before] = await redis
      .multi()
      .hGetAll(key)
      .hSet(key, entry.socketId, valueOf(entry))
      .pExpire(key, PRESENCE_TTL_MS)
      .execTyped();
    const was = presenceOf(before, nowMs());
    if (was.dead.length > 0) await redis.hDel(key, [...was.dead]);
    const is = presenceOf({ ...before, [entry.socketId]: valueOf(entry) }, nowMs());
    return { before: was.shown, after: is.shown };
  };

  const renew = async (entries: readonly PresenceEntry[]): Promise<void> => {
    // Issued in one tick: the client writes them as one pipeline.
    await Promise.all(
      entries.flatMap((entry) => [
        redis.hSet(keyOf(entry.userId), entry.socketId, valueOf(entry)),
        redis.pExpire(keyOf(entry.userId), PRESENCE_TTL_MS),
      ]),
    );
  };

  const remove = async ({ userId, socketId }: PresenceEntry): Promise<Shown> => {
    const key = keyOf(userId);
    const [before, , after] = await redis.multi().hGetAll(key).hDel(key, socketId).hGetAll(key).execTyped();
    return { before: presenceOf(before, nowMs()).shown, after: presenceOf(after, nowMs()).shown };
  };

  const among = async (
    userIds: readonly string[],
    is: (presence: Presence) => boolean,
  ): Promise<ReadonlySet<string>> => {
    const entries = await Promise.all(userIds.map((userId) => redis.hGetAll(keyOf(userId))));
    const now = nowMs();
    return new Set(userIds.filter((_, index) => is(presenceOf(entries[index] ?? {}, now))));
  };
  const connectedAmong = (userIds: readonly string[]) => among(userIds, ({ connected }) => connected);
  const shownAmong = (userIds: readonly string[]) => among(userIds, ({ shown }) => shown);

  const onRedis =
    <A extends unknown[], T>(operation: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        return await operation(...args);
      } catch (cause) {
        throw unavailable('presence.unavailable', 'Who is online cannot be told right now.', { cause });
      }
    };
  return {
    put: onRedis(put),
    renew: onRedis(renew),
    remove: onRedis(remove),
    connectedAmong: onRedis(connectedAmong),
    shownAmong: onRedis(shownAmong),
  };
}
