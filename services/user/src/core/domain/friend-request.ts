/** What two people are to each other; there is at most one of a pair, whoever asked. */
export interface FriendRequest {
  readonly id: string;
  readonly requesterId: string;
  readonly addresseeId: string;
  readonly status: 'pending' | 'accepted' | 'declined';
  readonly createdAt: Date;
  /** Grows by one a change. */
  readonly revision: number;
}

/** The same for (a, b) and (b, a). */
export const pairKey = (a: string, b: string): string => [a, b].sort().join(':');

export interface NewRequest {
  readonly id: string;
  readonly requesterId: string;
  readonly addresseeId: string;
  readonly now: Date;
}

export type RequestDecision =
  | { readonly kind: 'create' | 'reopen' | 'accept'; readonly next: FriendRequest }
  | { readonly kind: 'already-pending' | 'already-friends'; readonly current: FriendRequest };

/**
 * What asking for friendship means, given what there is: two who ask each other are friends; a declined one may ask, or be
 * asked, again; to ask twice is to ask once.
 */
export function decideRequest(current: FriendRequest | null, wanted: NewRequest): RequestDecision {
  const { now, ...identity } = wanted;
  const pending = { ...identity, status: 'pending', createdAt: now } as const;
  if (current === null) return { kind: 'create', next: { ...pending, revision: 0 } };
  switch (current.status) {
    case 'accepted':
      return { kind: 'already-friends', current };
    case 'declined':
      return { kind: 'reopen', next: { ...pending, revision: current.revision + 1 } };
    case 'pending':
      return current.requesterId === wanted.requesterId
        ? { kind: 'already-pending', current }
        : { kind: 'accept', next: answered(current, 'accepted') };
  }
}

export type AnswerDecision =
  | { readonly kind: 'answer'; readonly next: FriendRequest }
  | { readonly kind: 'already-so'; readonly current: FriendRequest }
  | { readonly kind: 'answered-otherwise'; readonly current: FriendRequest };

/** An answer given twice is the same answer; one that contradicts the first is refused. */
export function decideAnswer(current: FriendRequest, answer: 'accepted' | 'declined'): AnswerDecision {
  if (current.status === 'pending') return { kind: 'answer', next: answered(current, answer) };
  return current.status === answer
    ? { kind: 'already-so', current }
    : { kind: 'answered-otherwise', current };
}

const answered = (current: FriendRequest, status: 'accepted' | 'declined'): FriendRequest => ({
  ...current,
  status,
  revision: current.revision + 1,
});

/** The other one of the pair. */
export const peerOf = ({ requesterId, addresseeId }: FriendRequest, userId: string): string =>
  requesterId === userId ? addresseeId : requesterId;
