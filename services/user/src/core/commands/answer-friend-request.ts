import type { Clock } from '@chatplatform/kit/clock';
import { conflict, forbidden } from '@chatplatform/kit/errors';
import { friendshipAccepted } from '../domain/events.ts';
import type { NewEvent } from '../domain/events.ts';
import { decideAnswer } from '../domain/friend-request.ts';
import type { FriendRequest } from '../domain/friend-request.ts';
import { mayAnswer, maySee } from '../domain/policies.ts';
import { friendRequestNotFound } from '../domain/refusals.ts';
import type { FriendRequestRepository } from '../ports/friend-request-repository.ts';
import { untilWritten } from './attempts.ts';

export interface AnswerFriendRequestProps {
  readonly actorId: string;
  readonly requestId: string;
  readonly answer: 'accepted' | 'declined';
}

export interface AnswerFriendRequestDependencies {
  readonly friendRequests: FriendRequestRepository;
  readonly clock: Clock;
  readonly newEvent: NewEvent;
}

export type AnswerFriendRequestResult = FriendRequest;

/**
 * Accepts or declines what one was asked; the same answer may be given again. The requester is told of acceptance only.
 * @throws DomainError `friend-request.not-found`, `friend-request.not-yours` (forbidden), `friend-request.answered` (conflict)
 */
export function answerFriendRequest(
  { actorId, requestId, answer }: AnswerFriendRequestProps,
  { friendRequests, clock, newEvent }: AnswerFriendRequestDependencies,
): Promise<AnswerFriendRequestResult> {
  return untilWritten(async () => {
    const current = await friendRequests.findById(requestId);
    if (current === null || !maySee(actorId, current)) throw friendRequestNotFound();
    if (!mayAnswer(actorId, current)) {
      throw forbidden('friend-request.not-yours', 'Only the person asked can answer this friend request.');
    }
    const decision = decideAnswer(current, answer);
    if (decision.kind === 'already-so') return decision.current;
    if (decision.kind === 'answered-otherwise') {
      throw conflict(
        'friend-request.answered',
        `This friend request was ${decision.current.status} already.`,
      );
    }
    const { next } = decision;
    const event = answer === 'accepted' ? friendshipAccepted(next, { newEvent, now: clock.now() }) : null;
    return (await friendRequests.replace(next, event)) ? next : null;
  });
}
