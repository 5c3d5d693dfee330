import { STORE_LOGINS, usersOf, withNewLogin } from './logins.ts';
import type { LoginCredential } from './logins.ts';
import type { RotatableStore, RotationCourse } from './rotation.ts';

/** The credentials of one store, as they are kept. */
export type LoginValues = Readonly<Partial<Record<LoginCredential, string>>>;

/** What was about to log in as a Pod was replaced has done so. */
const SPREAD_MS = 30_000;

const eachValue = (values: LoginValues, change: (value: string, name: LoginCredential) => string) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, change(value, name as LoginCredential)]),
  ) as LoginValues;

const swapped = (value: string) => value.split(' ').reverse().join(' ');
const usedOnly = (value: string) => value.split(' ')[0] ?? '';

/**
 * How the logins of a store are rotated. The store accepts the new login before any Pod has it, and the old one for as
 * long as a Pod has that.
 */
export const loginRotation = (options: {
  readonly newPassword: (name: LoginCredential) => string;
  /**
   * Within which a changed Secret is in the Pods that mount it: a store that restarts reads its users from there, and
   * only then brings nothing old back.
   */
  readonly filesArriveMs: number;
}): RotationCourse<LoginValues> => ({
  begin: (values) => ({
    phase: 'Adding',
    value: eachValue(values, (value, name) => withNewLogin(value, usersOf(name), options.newPassword(name))),
  }),
  after: (phase, values) => {
    if (phase === 'Adding') return { phase: 'Switching', value: eachValue(values, swapped) };
    if (phase === 'Switching') return { phase: 'Revoking', value: eachValue(values, usedOnly) };
    return { phase: 'Done', value: values };
  },
  dwellMs: (phase) => (phase === 'Switching' ? SPREAD_MS : options.filesArriveMs),
});

export const credentialsOf = (store: RotatableStore): readonly LoginCredential[] =>
  Object.keys(STORE_LOGINS[store]) as LoginCredential[];
