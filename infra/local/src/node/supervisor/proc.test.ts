import { describe, expect, test } from '@jest/globals';
import { parseStat, readCommandLine, readProcess } from './proc.ts';

describe('parseStat', () => {
  test('a command name with spaces and parentheses', () => {
    const text =
      '4711 (tmux: (server) x) S 1 4711 4711 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 9 0 123456 99999 2560 18446744073709551615';
    expect(parseStat(text)).toEqual({
      pid: 4711,
      state: 'S',
      cpuTicks: 200,
      startTicks: 123456,
      residentBytes: 2560 * 4096,
    });
  });
});

test('reads this process, and nothing where there is none', async () => {
  const self = await readProcess(process.pid);
  expect(self?.pid).toBe(process.pid);
  expect(self?.residentBytes).toBeGreaterThan(1024 * 1024);
  expect((await readCommandLine(process.pid))[0]).toContain('node');
  expect(await readProcess(2 ** 22 + 1)).toBeUndefined();
  expect(await readCommandLine(2 ** 22 + 1)).toEqual([]);
});
