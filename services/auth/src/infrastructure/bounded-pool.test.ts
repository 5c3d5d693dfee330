import { describe, expect, it } from '@jest/globals';
import { createBoundedPool } from './bounded-pool.ts';

describe('createBoundedPool', () => {
  it('runs no more at once than it may, in order of arrival', async () => {
    const pool = createBoundedPool({ concurrency: 2, maxQueued: 100 });
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const job = (id: number) => async () => {
      started.push(id);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return id;
    };
    const ids = Array.from({ length: 20 }, (_, id) => id);
    await expect(Promise.all(ids.map((id) => pool.run(job(id))))).resolves.toEqual(ids);
    expect(most).toBe(2);
    expect(started).toEqual(ids);
    expect(pool.size()).toBe(0);
  });

  it('sends callers away at once when the queue is full, and recovers', async () => {
    const pool = createBoundedPool({ concurrency: 1, maxQueued: 1 });
    const gate = Promise.withResolvers<string>();
    const first = pool.run(() => gate.promise);
    const second = pool.run(async () => 'second');
    await expect(pool.run(async () => 'third')).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterSeconds: 1,
    });
    gate.resolve('first');
    await expect(Promise.all([first, second])).resolves.toEqual(['first', 'second']);
    await expect(pool.run(async () => 'fourth')).resolves.toBe('fourth');
  });

  it('frees the place of a job that fails', async () => {
    const pool = createBoundedPool({ concurrency: 1, maxQueued: 0 });
    await expect(pool.run(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    await expect(pool.run(async () => 'next')).resolves.toBe('next');
  });
});
