import type { Changes } from '../domain/projection.ts';

/** The documents that current state is read from. */
export interface Projections {
  /**
   * Memberships first, then messages, the cursor last. Applying again, or late, changes nothing.
   * @returns how often writers of this channel got into each other's way so far
   */
  apply(channelId: string, changes: Changes): Promise<number>;
}
