import { describe, expect, it } from '@jest/globals';
import { isReady } from './ready-watch.ts';

const platform = (status: unknown, generation = 3) => ({
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { namespace: 'a', name: 'b', generation },
  status,
});
const conditions = (status: string) => [
  { type: 'Available', status: 'True' },
  { type: 'Ready', status },
];

describe('a platform', () => {
  it('is ready when it says so of the spec that is stored', () => {
    expect(isReady(platform({ observedGeneration: 3, conditions: conditions('True') }))).toBe(true);
  });

  it.each([
    ['it says no', platform({ observedGeneration: 3, conditions: conditions('False') })],
    ['it speaks of an older spec', platform({ observedGeneration: 2, conditions: conditions('True') })],
    ['it has no status yet', platform(undefined)],
    ['it says nothing of it', platform({ observedGeneration: 3, conditions: [] })],
  ])('is not while %s', (_, object) => {
    expect(isReady(object)).toBe(false);
  });
});
