import { expect, test } from '@jest/globals';
import { problemText } from './problem-text.ts';

test('field messages come first', () => {
  const problem = {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'the body is not valid',
    code: 'invalid',
    errors: [{ field: 'password', message: 'use at least 12 characters' }],
  };
  expect(problemText(problem)).toBe('password: use at least 12 characters');
});

test('an answer that is no problem document gets the fallback', () => {
  expect(problemText('<html>', 'try again')).toBe('try again');
  expect(problemText(null, 'try again')).toBe('try again');
});
