import { expect, test } from '@jest/globals';
import { formatUptime } from './process-table.ts';

test.each([
  [0, '0s'],
  [41.9, '41s'],
  [60, '1m 0s'],
  [303, '5m 3s'],
  [7500, '2h 5m'],
  [266_400, '3d 2h'],
])('%d seconds are %s', (seconds, text) => expect(formatUptime(seconds)).toBe(text));
