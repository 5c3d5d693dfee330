import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { AccessError } from '../errors.ts';
import type { TokenSource } from './access.ts';

export const fixedToken = (token: string): TokenSource => ({
  get: () => Promise.resolve(token),
  invalidate: () => undefined,
});

/** Kubelet replaces a projected token when 80 % of its life is over, so a minute of delay is safe. */
const REREAD_AFTER_MS = 60_000;

/** A token that is replaced in its file now and then. While the file cannot be read, the last one read serves on. */
export const tokenFile = (path: string, clock: Clock): TokenSource => {
  let token: string | undefined;
  let readAt = -Infinity;
  return {
    get: async () => {
      if (token !== undefined && clock.monotonic() - readAt < REREAD_AFTER_MS) return token;
      try {
        token = (await readFile(path, 'utf8')).trim();
        readAt = clock.monotonic();
      } catch (cause) {
        if (token === undefined) throw new AccessError(`cannot read the token file ${path}`, { cause });
      }
      return token;
    },
    invalidate: () => {
      readAt = -Infinity;
    },
  };
};
