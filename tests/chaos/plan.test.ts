import { expect, test } from '@jest/globals';
import { FAULTS, planOf } from './plan.ts';

test('the same seed gives the same plan, another seed another one', () => {
  expect(planOf(7)).toEqual(planOf(7));
  expect(planOf(7)).not.toEqual(planOf(8));
});

test('twenty seeds meet every fault', () => {
  const met = new Set(
    Array.from({ length: 20 }, (_, index) => planOf(index + 1).steps).flatMap((steps) =>
      steps.flatMap((step) => (step.do === 'fault' ? [step.fault] : [])),
    ),
  );
  expect([...met].sort()).toEqual([...FAULTS].sort());
});
