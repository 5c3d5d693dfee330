import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { FriendRequest } from '../domain/friend-request.ts';

export interface FriendRequestRepository {
  findById(id: string): Promise<FriendRequest | null>;
  findByPair(a: string, b: string): Promise<FriendRequest | null>;
  /** Asked of or by the person and not answered; newest first. */
  findPending(userId: string, limit: number): Promise<readonly FriendRequest[]>;
  /** The ids of the person's friends, in no order. */
  findFriendIds(userId: string): Promise<readonly string[]>;
  /**
   * Stores the first request of a pair together with its event: both or neither.
   * @returns false, with nothing written, when the pair has one already, whichever of the two asked
   */
  insert(request: FriendRequest, event: CloudEvent): Promise<boolean>;
  /**
   * Stores the next revision, together with its event when there is one: both or neither.
   * @returns false, with nothing written, when the stored one is no longer of the revision before
   */
  replace(next: FriendRequest, event: CloudEvent | null): Promise<boolean>;
}
