import { describe, expect, it } from '@jest/globals';
import { type Figure, figuresOf, meetsGoal } from './figure.ts';
import { formatValue, renderSection } from './render.ts';

const p99: Figure = {
  id: 'fan-out/100/p99',
  label: 'p99',
  unit: 'ms',
  values: [30, 10, 20],
  goal: { atMost: 50 },
};

describe('a section', () => {
  it('shows the median, the spread, what is committed, the ratio to it, and the goal', () => {
    const rate: Figure = {
      id: 'rate',
      label: 'acknowledged',
      unit: '/s',
      values: [1500],
      goal: { atLeast: 2000 },
    };
    const committed = {
      'fan-out/100/p99': { value: 16, unit: 'ms' as const, recordedAt: '', machine: '', command: '' },
    };
    const text = renderSection({ title: 'Fan-out', figures: [p99, rate], notes: ['busy'] }, committed);
    expect(text).toBe(
      [
        'Fan-out',
        '  figure         median      min      max  committed  ratio               goal',
        '  p99           20.0 ms  10.0 ms  30.0 ms    16.0 ms  1.25x     <= 50.0 ms met',
        '  acknowledged  1,500/s  1,500/s  1,500/s          -      -  >= 2,000/s MISSED',
        '  note: busy',
      ].join('\n'),
    );
  });

  it('has no ratio to a committed zero', () => {
    const lost: Figure = { id: 'lost', label: 'lost', unit: '', values: [0] };
    const committed = { lost: { value: 0, unit: '' as const, recordedAt: '', machine: '', command: '' } };
    expect(renderSection({ title: 'T', figures: [lost], notes: [] }, committed)).toMatch(/ 0 +0 +0 +0 +-$/);
  });
});

describe('a value', () => {
  it.each([
    [0, '', '0'],
    [1.234, 'x', '1.23x'],
    [12.34, 'ms', '12.3 ms'],
    [1234.5, '/s', '1,235/s'],
    [0.004, 'CPU', '0.00 CPU'],
    [Number.NaN, 'ms', '?'],
  ] as const)('%d in %p is shown as %p', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});

describe('a goal', () => {
  it('is met by the median, not by the best run', () => {
    expect(meetsGoal(p99)).toBe(true);
    expect(meetsGoal({ ...p99, values: [10, 60, 70] })).toBe(false);
    expect(meetsGoal({ ...p99, goal: { atLeast: 20 } })).toBe(true);
  });

  it('is not met by what could not be measured', () => {
    expect(meetsGoal({ ...p99, values: [Number.NaN] })).toBe(false);
  });
});

describe('figures of runs', () => {
  const described = (key: string) => ({ id: `x/${key}`, label: key, unit: 'ms' as const });

  it('hold a value a run', () => {
    expect(figuresOf([{ p50: 1 }, { p50: 2 }], described)).toEqual([
      { id: 'x/p50', label: 'p50', unit: 'ms', values: [1, 2] },
    ]);
  });

  it('are refused when a run measured something else', () => {
    expect(() => figuresOf([{ p50: 1 }, { p99: 2 }], described)).toThrow(
      '"p50" was not measured in every run',
    );
  });
});
