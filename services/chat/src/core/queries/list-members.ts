import type { Membership } from '../domain/membership.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { requireMembership } from './require-access.ts';

/**
 * The members of a channel, the longest there first.
 * @throws DomainError `not-found` for a channel one is not in
 */
export async function listMembers(
  memberships: Pick<MembershipStore, 'find' | 'ofChannel'>,
  channelId: string,
  userId: string,
): Promise<Membership[]> {
  await requireMembership(memberships, channelId, userId);
  return memberships.ofChannel(channelId);
}
