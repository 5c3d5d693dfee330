import { unavailable } from '@chatplatform/kit/errors';
import { membershipChanged } from '../domain/events.ts';
import type { Membership } from '../domain/membership.ts';
import type { MembershipStore } from '../ports/membership-store.ts';

const ATTEMPTS = 5;

/**
 * Gathers, decides and writes, again from the start while others change the same membership in between.
 * @param decide gives the membership to write, or undefined when there is nothing to do
 */
export async function changeMembership(
  memberships: Pick<MembershipStore, 'save'>,
  decide: () => Promise<Membership | undefined>,
): Promise<Membership | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const next = await decide();
    if (!next || (await memberships.save(next, membershipChanged(next)))) return next;
  }
  throw unavailable('membership.contended', 'Others change this membership at the same time; try again.');
}
