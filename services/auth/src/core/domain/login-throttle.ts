/**
 * Failed logins are counted in fixed windows under three keys. The pair of account and address stops one guesser without
 * locking the owner out elsewhere; the account alone bounds a distributed guesser; the address alone bounds one who
 * tries many accounts, and is generous because a NAT may stand for thousands.
 */
export const THROTTLE_WINDOW_MS = 15 * 60_000;

export const FAILURE_LIMITS = { pair: 10, account: 100, address: 300 } as const;
export type ThrottleScope = keyof typeof FAILURE_LIMITS;

export interface ThrottleKey {
  readonly scope: ThrottleScope;
  /** Unique over scopes; holds digests, so the table stores neither what was typed nor where from. At most 80 characters. */
  readonly key: string;
}

export interface FailureCount {
  readonly key: string;
  readonly failures: number;
  readonly windowStartedAt: Date;
}

/** @param digest a one-way function to hexadecimal, at most 64 characters */
export function throttleKeys(
  loginKey: string,
  address: string,
  digest: (text: string) => string,
): readonly ThrottleKey[] {
  return [
    { scope: 'pair', key: `pair:${digest(`${loginKey}\n${address}`)}` },
    { scope: 'account', key: `account:${digest(loginKey)}` },
    { scope: 'address', key: `address:${digest(address)}` },
  ];
}

/** Seconds until the latest of the exhausted windows ends; null while every key has attempts left. */
export function secondsUntilAllowed(
  keys: readonly ThrottleKey[],
  counts: readonly FailureCount[],
  now: Date,
): number | null {
  const waits = keys.flatMap(({ scope, key }) => {
    const count = counts.find((each) => each.key === key);
    if (count === undefined || count.failures < FAILURE_LIMITS[scope]) return [];
    const left = count.windowStartedAt.getTime() + THROTTLE_WINDOW_MS - now.getTime();
    return left > 0 ? [Math.ceil(left / 1000)] : [];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

/** A window that began before this moment is over. */
export const windowFloor = (now: Date): Date => new Date(now.getTime() - THROTTLE_WINDOW_MS);
