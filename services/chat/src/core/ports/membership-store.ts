import type { ChatEvent } from '../domain/events.ts';
import type { Membership } from '../domain/membership.ts';

export interface ReadMark {
  readonly channelId: string;
  readonly userId: string;
  readonly seq: number;
}

/** Who belongs where. Every method throws an `unavailable` DomainError when the store cannot answer. */
export interface MembershipStore {
  /** Active or not. */
  find(channelId: string, userId: string): Promise<Membership | undefined>;
  /** Active memberships only. */
  ofUser(userId: string): Promise<Membership[]>;
  /** Active memberships only, the longest there first. */
  ofChannel(channelId: string): Promise<Membership[]>;
  /** Active members a channel; a channel with none is absent. */
  countByChannel(channelIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Writes first memberships; one that is there already, whatever its state, is left as it is. */
  insertMissing(memberships: readonly Membership[]): Promise<void>;
  /**
   * Writes the membership with the event in one atomic write, if its stored revision is still the one before.
   * The stored read mark is never lowered by it.
   * @returns false when somebody else changed it first
   */
  save(membership: Membership, event: ChatEvent): Promise<boolean>;
  /** Raises read marks; one that is further already stays. */
  advanceReadMarks(marks: readonly ReadMark[]): Promise<void>;
}
