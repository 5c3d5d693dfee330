import { describe, expect, it } from '@jest/globals';
import { createArgon2Hasher } from './argon2-hasher.ts';
import { createBoundedPool } from './bounded-pool.ts';

const pool = createBoundedPool({ concurrency: 2, maxQueued: 16 });

describe('createArgon2Hasher', () => {
  it('makes argon2id with 19 MiB, two passes and one lane, and a fresh salt each time', async () => {
    const hasher = await createArgon2Hasher(pool);
    const [first, second] = await Promise.all([hasher.hash('a password'), hasher.hash('a password')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    await expect(hasher.verify(first, 'a password')).resolves.toBe(true);
    await expect(hasher.verify(first, 'b password')).resolves.toBe(false);
  });

  it('takes two spellings of the same characters for one password', async () => {
    const hasher = await createArgon2Hasher(pool);
    const stored = await hasher.hash('caf\u00e9 noir ma\u00f1ana');
    await expect(hasher.verify(stored, 'cafe\u0301 noir man\u0303ana')).resolves.toBe(true);
  });

  it('does the same work where there is no account, and never matches', async () => {
    const hasher = await createArgon2Hasher(pool);
    const stored = await hasher.hash('a password');
    const timed = async (hash: string | null): Promise<number> => {
      const startedAt = performance.now();
      for (let round = 0; round < 12; round += 1) await hasher.verify(hash, 'wrong');
      return performance.now() - startedAt;
    };
    await timed(stored);
    const ratio = (await timed(null)) / (await timed(stored));
    // Without the work the ratio is below 0.01; the wide bounds are for a busy machine.
    expect(ratio).toBeGreaterThan(0.3);
    expect(ratio).toBeLessThan(3);
    await expect(hasher.verify(null, '')).resolves.toBe(false);
  });

  it('knows hashes made with other parameters', async () => {
    const weak = await createArgon2Hasher(pool, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const hasher = await createArgon2Hasher(pool);
    const old = await weak.hash('a password');
    expect(hasher.isOutdated(old)).toBe(true);
    await expect(hasher.verify(old, 'a password')).resolves.toBe(true);
    expect(hasher.isOutdated(await hasher.hash('a password'))).toBe(false);
  });
});
