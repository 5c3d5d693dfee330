import type { CredentialName } from './credentials.ts';
import type { RotatableKey, RotationCourse } from './rotation.ts';

/** Those who verify ask for unknown keys again, but not within ten seconds of the last time; and clocks differ. */
const SPREAD_MS = 30_000;

const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

/** How several keys are kept in one value. */
export interface KeyForm {
  readonly split: (keys: string) => readonly string[];
  readonly join: (keys: readonly string[]) => string;
}

export const PEM: KeyForm = {
  split: (keys) => keys.match(PEM_BLOCK) ?? [],
  join: (keys) => keys.map((key) => `${key.trim()}\n`).join(''),
};

/** Keys in base64, separated by spaces. */
export const WORDS: KeyForm = { split: (keys) => keys.split(' '), join: (keys) => keys.join(' ') };

/** The keys that can be rotated: the credential that keeps each, and its form. */
export const SIGNING_KEYS = {
  jwt: { credential: 'jwtSigningKey', form: PEM },
  'internal-tokens': { credential: 'internalTokenKey', form: WORDS },
  'media-links': { credential: 'mediaUrlSigningKey', form: WORDS },
} as const satisfies Record<RotatableKey, { credential: CredentialName; form: KeyForm }>;

/**
 * How a key that signs is rotated. Of the keys in the value the first signs, all verify. In no phase is there a signature
 * that somebody cannot verify: the new key is known everywhere before it signs, and the old one for as long as what it has
 * signed may live.
 */
export const keyRotation = (options: {
  readonly form: KeyForm;
  readonly newKey: () => string;
  /** How long what is signed is valid. */
  readonly lifetimeMs: number;
}): RotationCourse<string> => {
  const { split, join } = options.form;
  return {
    begin: (keys) => {
      const [old = ''] = split(keys);
      return { phase: 'Publishing', value: join([old, options.newKey()]) };
    },
    after: (phase, keys) => {
      const [first = '', second = ''] = split(keys);
      return phase === 'Publishing'
        ? { phase: 'Signing', value: join([second, first]) }
        : { phase: 'Done', value: join([first]) };
    },
    dwellMs: (phase) => (phase === 'Publishing' ? SPREAD_MS : options.lifetimeMs + SPREAD_MS),
  };
};
