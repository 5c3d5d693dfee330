import type { RotationCourse } from './rotation.ts';

/** Those who verify ask for unknown keys again, but not within ten seconds of the last time; and clocks differ. */
const SPREAD_MS = 30_000;

const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;
const blocks = (keys: string): string[] => keys.match(PEM_BLOCK) ?? [];
const joined = (...keys: string[]) => keys.map((key) => `${key.trim()}\n`).join('');

/**
 * How the keys that sign access tokens are rotated. The value is PEM blocks: the first signs, all verify. In no phase is
 * there a token that somebody cannot verify: the new key is known everywhere before it signs, and the old one for as
 * long as a token it has signed may live.
 */
export const keyRotation = (options: {
  readonly newKey: () => string;
  readonly tokenLifetimeMs: number;
}): RotationCourse<string> => ({
  begin: (keys) => {
    const [old = ''] = blocks(keys);
    return { phase: 'Publishing', value: joined(old, options.newKey()) };
  },
  after: (phase, keys) => {
    const [first = '', second = ''] = blocks(keys);
    return phase === 'Publishing'
      ? { phase: 'Signing', value: joined(second, first) }
      : { phase: 'Done', value: joined(first) };
  },
  dwellMs: (phase) => (phase === 'Publishing' ? SPREAD_MS : options.tokenLifetimeMs + SPREAD_MS),
});
