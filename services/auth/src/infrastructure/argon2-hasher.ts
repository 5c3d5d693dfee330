import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../core/ports/password-hasher.ts';
import type { BoundedPool } from './bounded-pool.ts';

export interface Argon2Parameters {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP's first choice: 19 MiB, two passes, one lane. argon2id is the library's default algorithm. */
export const ARGON2_PARAMETERS: Argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** 16 bytes of salt and 32 of output are the library's defaults, so a hash made with others is outdated too. */
const OUTPUT_BYTES = 32;
const ARGON2ID = 2;

/** Two spellings of one password that look alike must give one hash (NIST SP 800-63B). */
const normalized = (password: string): string => password.normalize('NFKC');

/** Runs argon2id off the event loop, at most `pool` at once. */
export async function createArgon2Hasher(
  pool: BoundedPool,
  parameters: Argon2Parameters = ARGON2_PARAMETERS,
): Promise<PasswordHasher> {
  const make = (password: string): Promise<string> => hash(normalized(password), parameters);
  // Verified where there is no account, so that both cases cost the same. No password leads to it that anyone knows.
  const decoy = await make(crypto.randomUUID());
  return {
    hash: (password) => pool.run(() => make(password)),
    async verify(stored, password) {
      const matches = await pool.run(() => verify(stored ?? decoy, normalized(password)));
      return stored !== null && matches;
    },
    isOutdated(stored) {
      const made = parseOptions(stored);
      return (
        Number(made.algorithm) !== ARGON2ID ||
        made.memoryCost !== parameters.memoryCost ||
        made.timeCost !== parameters.timeCost ||
        made.parallelism !== parameters.parallelism ||
        made.outputLen !== OUTPUT_BYTES
      );
    },
  };
}
