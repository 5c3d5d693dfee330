import type { FriendRequest } from '../domain/friend-request.ts';
import type { FriendRequestRepository } from '../ports/friend-request-repository.ts';

/** The newest; answering some brings older ones into view. */
const MOST_SHOWN = 200;

/** What waits for an answer, one's own or another's; newest first. */
export const pendingFriendRequests = (
  userId: string,
  { friendRequests }: { readonly friendRequests: FriendRequestRepository },
): Promise<readonly FriendRequest[]> => friendRequests.findPending(userId, MOST_SHOWN);
