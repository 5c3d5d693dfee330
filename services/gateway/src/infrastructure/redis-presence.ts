import type { Clock } from '@chatplatform/kit/clock';
import { unavailable } from '@chatplatform/kit/errors';
import type { RedisClient } from '@chatplatform/kit/redis';
import { PRESENCE_TTL_MS, sortEntries } from '../core/domain/presence.ts';
import type { PresenceEntry, PresenceStore } from '../core/ports/presence-store.ts';

const keyOf = (userId: string): string => `presence:${userId}`;

/** One hash a person: socket id -> expiry in ms. The whole hash expires with its last entry. */
export function createRedisPresence(redis: RedisClient, clock: Clock): PresenceStore {
  const nowMs = (): number => clock.now().getTime();
  const expiry = (): string => String(nowMs() + PRESENCE_TTL_MS);

  const add = async ({ userId, socketId }: PresenceEntry): Promise<boolean> => {
    const key = keyOf(userId);
    const [before] = await redis
      .multi()
      .hGetAll(key)
      .hSet(key, socketId, expiry())
      .pExpire(key, PRESENCE_TTL_MS)
      .execTyped();
    const { live, dead } = sortEntries(before, nowMs());
    if (dead.length > 0) await redis.hDel(key, dead);
    return live.length === 0;
  };

  const renew = async (entries: readonly PresenceEntry[]): Promise<void> => {
    // Issued in one tick: the client writes them as one pipeline.
    await Promise.all(
      entries.flatMap(({ userId, socketId }) => [
        redis.hSet(keyOf(userId), socketId, expiry()),
        redis.pExpire(keyOf(userId), PRESENCE_TTL_MS),
      ]),
    );
  };

  const remove = async ({ userId, socketId }: PresenceEntry): Promise<boolean> => {
    const [, after] = await redis.multi().hDel(keyOf(userId), socketId).hGetAll(keyOf(userId)).execTyped();
    return sortEntries(after, nowMs()).live.length === 0;
  };

  const onlineAmong = async (userIds: readonly string[]): Promise<ReadonlySet<string>> => {
    const entries = await Promise.all(userIds.map((userId) => redis.hGetAll(keyOf(userId))));
    const now = nowMs();
    return new Set(userIds.filter((_, index) => sortEntries(entries[index] ?? {}, now).live.length > 0));
  };

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
    add: onRedis(add),
    renew: onRedis(renew),
    remove: onRedis(remove),
    onlineAmong: onRedis(onlineAmong),
  };
}
