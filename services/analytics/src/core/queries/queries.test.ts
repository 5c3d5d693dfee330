import { describe, expect, it } from '@jest/globals';
import type { DailyFigures } from '../ports/daily-figures.ts';
import { activitySeries } from './activity-series.ts';
import { dailyFiguresBetween } from './daily-figures.ts';

const figures: DailyFigures = { add: async () => 0, between: async () => [] };
const deps = {
  series: { write: async () => undefined, count: async () => new Map<number, number>() },
  clock: { now: () => new Date('2026-01-01T00:00:30Z') },
};

describe('questions that ask too much', () => {
  it.each([
    ['to', '2026-02-02', '2026-02-01'],
    ['from', '2024-01-01', '2026-01-01'],
  ])('are refused naming %s', async (field, from, to) => {
    await expect(dailyFiguresBetween(figures, { from, to })).rejects.toMatchObject({
      kind: 'invalid',
      fields: [{ field }],
    });
  });

  it('may ask for one day and for a leap year', async () => {
    await expect(dailyFiguresBetween(figures, { from: '2028-01-01', to: '2028-01-01' })).resolves.toEqual([]);
    await expect(dailyFiguresBetween(figures, { from: '2028-01-01', to: '2028-12-31' })).resolves.toEqual([]);
  });

  it('are told the window that would do', async () => {
    const question = { metric: 'messages' as const, sinceMinutes: 10_080, windowSeconds: 10 };
    const refusal = await activitySeries(deps, question).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      fields: [{ field: 'windowSeconds', message: 'use 303 or more for this span' }],
    });
    await expect(activitySeries(deps, { ...question, windowSeconds: 303 })).resolves.not.toHaveLength(0);
    await expect(activitySeries(deps, { ...question, windowSeconds: 301 })).rejects.toThrow('2000');
  });
});
