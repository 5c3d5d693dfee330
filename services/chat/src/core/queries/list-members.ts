import { sharesReceipts } from '../domain/channel.ts';
import type { Membership } from '../domain/membership.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { People } from '../ports/people.ts';
import { readAsMember } from './read-as-member.ts';
import type { AccessDeps } from './read-as-member.ts';

export interface ListMembersDeps extends AccessDeps {
  readonly memberships: Pick<MembershipStore, 'find' | 'ofChannel'>;
  readonly people: Pick<People, 'hidingReceipts'>;
}

export interface MemberView {
  readonly membership: Membership;
  /** Whether the asker may see how far they have read. */
  readonly showsReceipts: boolean;
}

/** One member alone, whose marks nobody else asked for. */
export const viewOfMember = (membership: Membership, askerId: string): MemberView => ({
  membership,
  showsReceipts: membership.userId === askerId,
});

export interface Members {
  /** The longest there first. */
  readonly items: readonly MemberView[];
  /** What happened up to here is in the items. */
  readonly lastSeq: number;
}

/**
 * The members of a channel.
 * @throws DomainError `not-found` for a channel one is not in
 */
export async function listMembers(
  deps: ListMembersDeps,
  channelId: string,
  userId: string,
): Promise<Members> {
  const { channel, content: members } = await readAsMember(deps, { channelId, userId }, () =>
    deps.memberships.ofChannel(channelId),
  );
  const isShared = sharesReceipts(channel, members.length);
  const hiding = isShared
    ? await deps.people.hidingReceipts(members.map((member) => member.userId))
    : new Set<string>();
  const items = members.map((membership) => ({
    membership,
    showsReceipts: membership.userId === userId || (isShared && !hiding.has(membership.userId)),
  }));
  return { items, lastSeq: channel.lastSeq };
}
