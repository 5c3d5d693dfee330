import { expect, test } from '@jest/globals';
import { withoutRejections } from './redis.ts';
import type { RedisClient } from './redis.ts';

test('tells when a subscription stands, not before and of nothing else', async () => {
  const attempts = [() => Promise.reject(new Error('connection lost')), () => Promise.resolve()];
  const client = {
    isOpen: true,
    pSubscribe: () => attempts.shift()?.(),
    publish: () => Promise.resolve(1),
  };
  const told: string[] = [];
  // Only what is called of it.
  const safe = withoutRejections(
    client as unknown as RedisClient,
    (channel, { message }) => told.push(`${channel}: ${message}`),
    () => told.push('stands'),
  );
  await safe.publish('news', 'hello');
  await safe.pSubscribe('news', () => undefined);
  expect(told).toEqual(['news: connection lost', 'stands']);
});
