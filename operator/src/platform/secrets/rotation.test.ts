import { expect, test } from '@jest/globals';
import { parseRotationState, rotationRequests } from './rotation.ts';

test('requests are told from what nobody knows', () => {
  const { wanted, unknown } = rotationRequests(' jwt-2026-11-25 , kafka-1, redis');
  expect([...wanted]).toEqual([
    ['jwt', 'jwt-2026-11-25'],
    ['redis', 'redis'],
  ]);
  expect(unknown).toEqual(['kafka-1']);
  expect(rotationRequests(undefined)).toEqual({ wanted: new Map(), unknown: [] });
});

test('a state that cannot be read counts as none', () => {
  expect(parseRotationState('{')).toBeUndefined();
  expect(parseRotationState('{"phase":"Flying"}')).toBeUndefined();
  const state = { request: 'jwt-1', phase: 'Done' as const, since: 5 };
  expect(parseRotationState(JSON.stringify(state))).toEqual(state);
});
