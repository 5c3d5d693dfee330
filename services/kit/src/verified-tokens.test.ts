import { expect, test } from '@jest/globals';
import { VerifiedTokens } from './verified-tokens.ts';

const principal = (userId: string, expiresAt = new Date(1000)) => ({
  userId,
  username: userId,
  roles: [],
  sessionId: `session of ${userId}`,
  expiresAt,
});

test('a token is known until the moment it expires', () => {
  const tokens = new VerifiedTokens();
  tokens.keep('a', principal('ada'));
  expect(tokens.find('a', new Date(999))).toEqual(principal('ada'));
  expect(tokens.find('b', new Date(999))).toBeUndefined();
  expect(tokens.find('a', new Date(1000))).toBeUndefined();
});

test('none is known where none is to be', () => {
  const tokens = new VerifiedTokens(0);
  tokens.keep('a', principal('ada'));
  expect(tokens.find('a', new Date(0))).toBeUndefined();
});

test('the longest known goes when there are too many', () => {
  const tokens = new VerifiedTokens(2);
  for (const name of ['a', 'b', 'c']) tokens.keep(name, principal(name));
  expect(['a', 'b', 'c'].map((name) => tokens.find(name, new Date(0))?.userId)).toEqual([
    undefined,
    'b',
    'c',
  ]);
});
