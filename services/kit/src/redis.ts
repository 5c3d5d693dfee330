import { createClient } from 'redis';
import { toError } from './errors.ts';
import type { Logger } from './logger.ts';

export type RedisClient = ReturnType<typeof createClient>;

const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 2_000;
/** A connection on which nothing comes back, not even the answer to a ping, is given up. */
const PING_INTERVAL_MS = 5_000;
const SILENCE_MS = 15_000;

/** Half fixed, half random, so that clients that lost a server together do not return together. */
export const reconnectDelay = (retries: number, random = Math.random): number => {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(retries, 10));
  return ceiling / 2 + (ceiling / 2) * random();
};

/**
 * A client that connects in the background and reconnects for ever: a service starts, and stays up, while Redis is
 * away. Says so once an outage.
 * @param queueWhileAway true: commands wait for the connection (what subscriptions need); false: they fail at once
 */
export const startRedis = ({
  url,
  logger,
  queueWhileAway = false,
}: {
  url: string;
  logger: Logger;
  queueWhileAway?: boolean;
}): RedisClient => {
  const client: RedisClient = createClient({
    url,
    disableOfflineQueue: !queueWhileAway,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      reconnectStrategy: (retries) => reconnectDelay(retries),
      socketTimeout: SILENCE_MS,
      connectTimeout: 5_000,
    },
  });
  let away = false;
  client.on('error', (error: unknown) => {
    if (!away) logger.warn({ err: toError(error) }, 'redis is away, reconnecting');
    away = true;
  });
  client.on('ready', () => {
    if (away) logger.info('redis is back');
    away = false;
  });
  // Rejects only when the client is closed before it was connected.
  client.connect().catch(() => undefined);
  return client;
};

/** Ends the connection; what is still queued for a Redis that is away is dropped. */
export const stopRedis = async (client: RedisClient): Promise<void> => {
  if (client.isReady) await client.close().catch(() => undefined);
  else client.destroy();
};

const UNAWAITED = new Set<PropertyKey>([
  'publish',
  'sPublish',
  'pSubscribe',
  'subscribe',
  'pUnsubscribe',
  'unsubscribe',
]);

/** A connection that is lost while it is asked for a subscription takes the request along, and restores it no more. */
const SUBSCRIBING = new Set<PropertyKey>(['pSubscribe', 'subscribe']);

/**
 * The client as Socket.IO's adapter and emitter need it: they call these methods without awaiting them, so a Redis
 * that is away would end the process by an unhandled rejection. And a subscription that is wanted is made, however
 * often it takes; the client has to wait for its connection (`queueWhileAway`).
 * @param onSubscribed told when a subscription stands: what was published before it was missed
 */
export const withoutRejections = (
  client: RedisClient,
  onFailure: (channel: string, error: Error) => void,
  onSubscribed?: () => void,
): RedisClient =>
  new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      if (!UNAWAITED.has(property)) return method;
      return async (...args: unknown[]): Promise<void> => {
        do {
          try {
            await method(...args);
            if (SUBSCRIBING.has(property)) onSubscribed?.();
            return;
          } catch (error) {
            onFailure(String(args[0]), toError(error));
          }
        } while (SUBSCRIBING.has(property) && target.isOpen);
      };
    },
  });
