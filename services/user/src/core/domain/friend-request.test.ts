import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideAnswer, decideRequest, pairKey, peerOf } from './friend-request.ts';
import type { FriendRequest } from './friend-request.ts';

const now = new Date('2026-01-01T00:00:00Z');
const current = (change: Partial<FriendRequest> = {}): FriendRequest => ({
  id: 'r1',
  requesterId: 'ada',
  addresseeId: 'bob',
  status: 'pending',
  createdAt: new Date(0),
  revision: 4,
  ...change,
});
const wanted = { id: 'r2', requesterId: 'ada', addresseeId: 'bob', now };
const crossing = { id: 'r2', requesterId: 'bob', addresseeId: 'ada', now };
const fresh = { id: 'r2', status: 'pending', createdAt: now };

describe('pairKey', () => {
  it('is one for a pair, whatever the direction, and different for different pairs', () => {
    const id = fc.uuid();
    fc.assert(
      fc.property(id, id, id, (a, b, c) => {
        expect(pairKey(a, b)).toBe(pairKey(b, a));
        fc.pre(b !== c);
        expect(pairKey(a, b)).not.toBe(pairKey(a, c));
      }),
    );
  });
});

describe('decideRequest', () => {
  it.each([
    ['nothing yet', null, wanted, { kind: 'create', next: { ...fresh, requesterId: 'ada', revision: 0 } }],
    ['asked before', current(), wanted, { kind: 'already-pending', current: current() }],
    [
      'the other one asked',
      current(),
      crossing,
      { kind: 'accept', next: current({ status: 'accepted', revision: 5 }) },
    ],
    ['friends', current({ status: 'accepted' }), wanted, { kind: 'already-friends' }],
    ['friends, the other way round', current({ status: 'accepted' }), crossing, { kind: 'already-friends' }],
    [
      'declined',
      current({ status: 'declined' }),
      wanted,
      { kind: 'reopen', next: { ...fresh, revision: 5 } },
    ],
    [
      'declined by the one who asks now',
      current({ status: 'declined' }),
      crossing,
      { kind: 'reopen', next: { ...fresh, requesterId: 'bob', addresseeId: 'ada', revision: 5 } },
    ],
  ])('%s', (_name, stored, request, decision) => {
    expect(decideRequest(stored, request)).toMatchObject(decision);
  });
});

describe('decideAnswer', () => {
  it.each([
    ['pending', 'accepted', 'answer'],
    ['pending', 'declined', 'answer'],
    ['accepted', 'accepted', 'already-so'],
    ['declined', 'declined', 'already-so'],
    ['accepted', 'declined', 'answered-otherwise'],
    ['declined', 'accepted', 'answered-otherwise'],
  ] as const)('%s, then %s: %s', (status, answer, kind) => {
    expect(decideAnswer(current({ status }), answer).kind).toBe(kind);
  });

  it('changes the status and the revision, nothing else', () => {
    expect(decideAnswer(current(), 'declined')).toEqual({
      kind: 'answer',
      next: current({ status: 'declined', revision: 5 }),
    });
  });
});

describe('peerOf', () => {
  it('is the other one', () => {
    expect(peerOf(current(), 'ada')).toBe('bob');
    expect(peerOf(current(), 'bob')).toBe('ada');
  });
});
