import type { Receipt } from '../domain/entry.ts';
import type { Membership } from '../domain/membership.ts';

/**
 * Who belongs where, as far as it is projected. Every method throws an `unavailable` DomainError when the store cannot
 * answer.
 */
export interface MembershipStore {
  /** Active or not. */
  find(channelId: string, userId: string): Promise<Membership | undefined>;
  /** Of these people, active or not; whoever was never there is absent. */
  findMany(channelId: string, userIds: readonly string[]): Promise<Membership[]>;
  /** Of one person in these channels, active or not. */
  findIn(channelIds: readonly string[], userId: string): Promise<Membership[]>;
  /** Active memberships only. */
  ofUser(userId: string): Promise<Membership[]>;
  /** Active memberships only, the longest there first. */
  ofChannel(channelId: string): Promise<Membership[]>;
  /** Active members a channel; a channel with none is absent. */
  countByChannel(channelIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Writes first memberships; one that is there already, whatever its state, is left as it is. */
  insertMissing(memberships: readonly Membership[]): Promise<void>;
  /** Raises one person's marks, which nobody else is told. */
  raiseMarks(channelId: string, receipt: Receipt): Promise<void>;
}
