import type { RedisClient } from '@chatplatform/kit/redis';

/**
 * Calls back each time the connection is there again after it was lost: what was published in between is gone.
 * Subscriptions are restored before the client says that it is ready.
 */
export function onReturn(client: Pick<RedisClient, 'on' | 'isReady'>, react: () => void): void {
  // It may have been there before anybody asked.
  let seen = client.isReady;
  client.on('ready', () => {
    if (seen) react();
    seen = true;
  });
}
