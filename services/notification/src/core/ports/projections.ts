import type { ChannelSummary, Membership } from '../domain/channel.ts';
import type { Person } from '../domain/person.ts';

/** People, as told by events. Every method is idempotent and order-independent. */
export interface PeopleRepository {
  recordRegistration(person: { userId: string; displayName: string; email: string }): Promise<void>;
  /** Ignored when a profile of the same or a higher revision is already there. */
  recordProfile(profile: { userId: string; displayName: string; revision: number }): Promise<void>;
  /** Those that are known, by user id. */
  findMany(userIds: readonly string[]): Promise<ReadonlyMap<string, Person>>;
}

/** Channels and who is in them, as told by events. Every method is idempotent and order-independent. */
export interface ChannelDirectory {
  recordChannel(channel: ChannelSummary): Promise<void>;
  /** Each is kept only where it supersedes what is there. */
  recordMemberships(memberships: readonly Membership[]): Promise<void>;
  findChannel(channelId: string): Promise<ChannelSummary | null>;
  activeMembers(channelId: string): Promise<Membership[]>;
}
