import { expect, it } from '@jest/globals';
import { sumOfSeries } from './prometheus-text.ts';

const TEXT = [
  '# TYPE store_seconds histogram',
  'store_seconds_bucket{le="+Inf",operation="find"} 9',
  'store_seconds_count{operation="find",outcome="success"} 3',
  'store_seconds_count{operation="insert",outcome="success"} 1e+02',
  'store_seconds_count_of_another{operation="find"} 7',
  '',
].join('\n');

it('sums the series of a metric by their labels, and of nothing whose name is longer', () => {
  expect(sumOfSeries(TEXT, 'store_seconds_count')).toBe(103);
  expect(sumOfSeries(TEXT, 'store_seconds_count', ({ operation }) => operation === 'find')).toBe(3);
  expect(sumOfSeries(TEXT, 'nothing')).toBe(0);
});
