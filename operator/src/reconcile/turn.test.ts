import { expect, test } from '@jest/globals';
import { Turn } from './turn.ts';

test('one takes it, the others wait for it', () => {
  const turn = new Turn(() => []);
  expect(['auth', 'chat', 'auth'].map((name) => turn.take(name))).toEqual([undefined, 'auth', undefined]);
});

test('who is at it keeps it, whatever changes once more', () => {
  const turn = new Turn(() => ['chat', 'media']);
  expect(['auth', 'chat', 'media'].map((name) => turn.take(name))).toEqual(['chat', undefined, undefined]);
});
