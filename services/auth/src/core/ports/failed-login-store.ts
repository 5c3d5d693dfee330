import type { FailureCount } from '../domain/login-throttle.ts';

/** Counts shared by all replicas. */
export interface FailedLoginStore {
  /** The counts of windows that began at or after `windowFloor`; a key that has none is left out. */
  counts(keys: readonly string[], windowFloor: Date): Promise<readonly FailureCount[]>;
  /** Adds one failure to each key, starting a new window where the last began before `windowFloor`. No failure at once with others is lost. */
  recordFailure(keys: readonly string[], now: Date, windowFloor: Date): Promise<void>;
  clear(key: string): Promise<void>;
  /** Deletes windows that began before `windowFloor`. */
  deleteStale(windowFloor: Date): Promise<void>;
}
