import { expect, test } from '@jest/globals';
import { durationSeconds } from './scalars.ts';

test.each([
  ['90s', 90],
  ['10m', 600],
  ['720h', 2_592_000],
  ['1h30m', 5400],
])('%s is %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});
