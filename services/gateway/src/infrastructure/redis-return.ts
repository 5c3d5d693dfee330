import type { RedisClient } from '@chatplatform/kit/redis';

/**
 * Calls back each time the connection is there again after it was lost: what was published in between is gone.
 * Subscriptions are restored before the client says that it is ready.
 */
export function onReturn(client: Pick<RedisClient, 'on'>, react: () => void): void {
  let seen = false;
  client.on('ready', () => {
    if (seen) react();
    seen = true;
  });
}
