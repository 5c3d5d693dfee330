import { describe, expect, test } from '@jest/globals';
import { retryDelay } from './event-consumer.ts';
import { createKeyedQueue } from './keyed-queue.ts';

describe('keyed queue', () => {
  test('keeps the order of a key, lets keys overlap, and tells when all is done', async () => {
    const queue = createKeyedQueue();
    const log: string[] = [];
    const task = (name: string, ms: number) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      log.push(`${name} ends`);
    };
    queue.run('a', task('a1', 30));
    queue.run('a', task('a2', 0));
    queue.run('b', task('b1', 0));
    await queue.idle();
    expect(log).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  });

  test('waits also for what is added while it waits', async () => {
    const queue = createKeyedQueue();
    let done = false;
    queue.run('a', async () => queue.run('a', async () => void (done = true)));
    await queue.idle();
    expect(done).toBe(true);
  });
});

describe('retry delay', () => {
  const policy = { attempts: 8, initialDelayMs: 100, maxDelayMs: 1_000 };
  test('doubles up to its limit, half of it by chance', () => {
    const range = (attempt: number) => [
      retryDelay(policy, attempt, () => 0),
      retryDelay(policy, attempt, () => 1),
    ];
    expect([1, 2, 3, 4, 5, 50].map(range)).toEqual([
      [50, 100],
      [100, 200],
      [200, 400],
      [400, 800],
      [500, 1_000],
      [500, 1_000],
    ]);
  });
});
