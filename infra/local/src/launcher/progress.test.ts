import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createProgress, formatDuration } from './progress.ts';

const capture = (isTTY: boolean) => {
  const written: string[] = [];
  return {
    output: { isTTY, columns: 80, write: (text: string) => void written.push(text) },
    text: () => written.join(''),
  };
};

describe('formatDuration', () => {
  test.each([
    [0, '0.0s'],
    [4230, '4.2s'],
    [59_940, '59.9s'],
    [60_000, '1m 00s'],
    [125_400, '2m 05s'],
    [3_725_000, '62m 05s'],
  ])('%d ms is %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});

describe('createProgress', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('plain lines: start with the log, a line at least every ten seconds, end with the time', async () => {
    const { output, text } = capture(false);
    const progress = createProgress(output, () => Date.now());
    const running = progress.step(
      'Build',
      async (report) => {
        report('3 of 7');
        await new Promise((resolve) => setTimeout(resolve, 25_000));
      },
      { log: '/l/build.log' },
    );
    await jest.advanceTimersByTimeAsync(25_000);
    await running;
    expect(text().split('\n')).toEqual([
      '… Build (log: /l/build.log)',
      '… Build 8.0s: 3 of 7 (log: /l/build.log)',
      '… Build 16.0s: 3 of 7 (log: /l/build.log)',
      '… Build 24.0s: 3 of 7 (log: /l/build.log)',
      '✓ Build (25.0s)',
      '',
    ]);
  });

  test('a failed step is marked, and its error passes', async () => {
    const { output, text } = capture(false);
    const progress = createProgress(output, () => Date.now());
    const failing = progress.step('Pull', () => Promise.reject(new Error('no network')));
    await expect(failing).rejects.toThrow('no network');
    expect(text()).toBe('… Pull\n✗ Pull (0.0s)\n');
  });

  test('a terminal shows one line for all running steps, cut to its width', async () => {
    const { output, text } = capture(true);
    const progress = createProgress(output, () => Date.now());
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 1500));
    const both = Promise.all([progress.step('One', wait), progress.step('Two'.repeat(40), wait)]);
    await jest.advanceTimersByTimeAsync(1500);
    await both;
    const status = text().split('\n')[0]?.split('\r\x1b[2K')[0] ?? '';
    expect(status).toMatch(/^… One 1\.0s {2}… TwoTwo.*…$/);
    expect(status.length).toBeLessThan(80);
  });

  test('nothing ticks when nothing runs', async () => {
    const { output, text } = capture(false);
    const progress = createProgress(output, () => Date.now());
    await progress.step('Quick', () => Promise.resolve());
    await jest.advanceTimersByTimeAsync(60_000);
    expect(text().split('\n')).toHaveLength(3);
    expect(jest.getTimerCount()).toBe(0);
  });
});
