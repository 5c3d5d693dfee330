import { expect, test } from '@jest/globals';
import { mebibytes, quantityValue } from './quantities.ts';

test.each([
  ['250m', 0.25],
  ['2', 2],
  ['64Mi', 67_108_864],
  ['1.5Gi', 1_610_612_736],
  ['1G', 1_000_000_000],
])('%s is %d', (quantity, value) => {
  expect(quantityValue(quantity)).toBe(value);
});

test('a share of memory in whole mebibytes', () => {
  expect(mebibytes('128Mi', 0.7)).toBe(89);
});

test('what is no quantity is an error', () => {
  expect(() => quantityValue('12Zi')).toThrow(RangeError);
});
