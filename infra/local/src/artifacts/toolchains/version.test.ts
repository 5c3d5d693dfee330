import { describe, expect, test } from '@jest/globals';
import { askVersion, isAtLeast } from './version.ts';

describe('isAtLeast', () => {
  test.each([
    ['go version go1.26.8 linux/amd64', [1, 25], true],
    ['go version go1.19.8 linux/amd64', [1, 21], false],
    ['javac 17.0.15', [17, 0], true],
    ['javac 25', [17, 0], true],
    ['javac 11.0.2', [17, 0], false],
    ['cargo 1.63.0', [1, 72], false],
    ['rustc 1.96.0 (f2d3ce0bd 2026-03-21)', [1, 72], true],
    ['no version here', [1, 0], false],
    [undefined, [1, 0], false],
  ] as const)('%s against %j: %s', (answer, minimum, expected) => {
    expect(isAtLeast(answer, minimum)).toBe(expected);
  });
});

describe('askVersion', () => {
  test('gives what the program says, on whatever stream', async () => {
    expect(await askVersion('sh', ['-c', 'echo "thing 1.2" >&2'])).toContain('thing 1.2');
  });

  test.each([
    ['a program that is not there', 'no-such-program'],
    ['a program that fails', 'false'],
  ])('knows no version of %s', async (_, command) => {
    expect(await askVersion(command, ['--version'])).toBeUndefined();
  });
});
