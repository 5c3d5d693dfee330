import { describe, expect, it } from '@jest/globals';
import { createBoundedQueue } from './bounded-queue.ts';

describe('a bounded queue', () => {
  it('runs so many at once, in the order they came, and refuses what is too much', async () => {
    const queue = createBoundedQueue({ concurrency: 2, maxWaiting: 2, refusal: () => new Error('full') });
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const task = (id: number) => () => {
      started.push(id);
      return new Promise<void>((resolve) => finish.push(resolve));
    };
    const runs = [1, 2, 3, 4].map((id) => queue.run(task(id)));
    await Promise.resolve();
    expect(started).toEqual([1, 2]);
    await expect(queue.run(task(5))).rejects.toThrow('full');
    finish[0]?.();
    await runs[0];
    await Promise.resolve();
    expect(started).toEqual([1, 2, 3]);
    finish[1]?.();
    await runs[1];
    await Promise.resolve();
    for (const end of finish) end();
    await Promise.all(runs);
    expect(started).toEqual([1, 2, 3, 4]);
  });

  it('gives the place on when a task fails', async () => {
    const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 1, refusal: () => new Error('full') });
    const failing = queue.run(() => Promise.reject(new Error('broken')));
    const next = queue.run(async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('done');
    await expect(queue.run(async () => 'again')).resolves.toBe('again');
  });
});
