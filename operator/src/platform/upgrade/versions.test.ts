import { describe, expect, test } from '@jest/globals';
import { compareVersions, isNextVersion } from './versions.ts';

describe('versions', () => {
  test('are ordered as semantic versioning says', () => {
    const ordered = [
      '0.9.0',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.10',
      '1.2.0',
    ];
    const sorted = [...ordered].reverse().sort(compareVersions);
    expect(sorted).toEqual(ordered);
    expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
  });

  test.each([
    ['1.2.0', '1.2.7', true],
    ['1.2.0', '1.3.0', true],
    ['1.2.0', '1.4.0', false],
    ['1.2.0', '2.0.0', true],
    ['1.2.0', '2.1.0', false],
    ['1.2.0', '3.0.0', false],
    ['1.2.0', '1.0.0', true],
  ])('%s to %s in one step: %s', (from, to, answer) => {
    expect(isNextVersion(from, to)).toBe(answer);
  });
});
