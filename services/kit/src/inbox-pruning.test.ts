import { expect, test } from '@jest/globals';
import { INBOX_KEPT_MS, startInboxPruning } from './inbox-pruning.ts';
import { createLogger } from './logger.ts';
import { eventually } from './testing/eventually.ts';

test('forgets what is older than it is kept, again and again, also after a failure', async () => {
  let now = 1_000 * INBOX_KEPT_MS;
  const asked: number[] = [];
  const pruning = startInboxPruning({
    prune: async (before) => {
      asked.push(now - before.getTime());
      now += 1;
      if (asked.length === 2) throw new Error('store away');
      return 3;
    },
    clock: { now: () => new Date(now) },
    logger: createLogger({ service: 'test', level: 'silent' }),
    intervalMs: 5,
  });
  await eventually(
    () => asked.length,
    (count) => count >= 4,
  );
  await pruning.stop();
  const runs = asked.length;
  expect(new Set(asked)).toEqual(new Set([INBOX_KEPT_MS]));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked.length).toBe(runs);
});
