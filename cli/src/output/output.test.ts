import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from './duration.ts';
import { styleFor } from './style.ts';
import { renderColumns } from './table.ts';

test.each([
  [0, '0s'],
  [59_000, '59s'],
  [312_000, '5m12s'],
  [3_600_000, '1h'],
  [273_600_000, '3d4h'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['90', undefined],
  ['1.5h', undefined],
])('%s is read as %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

describe('colours', () => {
  test.each([
    ['on a terminal', true, {}, true],
    ['not in a pipe', false, {}, false],
    ['not against NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR asks for nothing', true, { NO_COLOR: '' }, true],
    ['not on a terminal that has none', true, { TERM: 'dumb' }, false],
  ])('%s', (_, isTerminal, env, coloured) => {
    expect(styleFor(isTerminal, env)('bad', 'x') !== 'x').toBe(coloured);
  });

  test('do not count as width', () => {
    const style = styleFor(true, {});
    const [first = '', second = ''] = renderColumns([
      [style('good', 'ab'), '1'],
      ['abcd', '2'],
    ]);
    expect(first.endsWith('  1')).toBe(true);
    expect(first.replaceAll(/\u001b\[\d+m/g, '').length).toBe(second.length);
  });
});
