import { describe, expect, test } from '@jest/globals';
import { WEEKDAYS } from '../../api/index.ts';
import type { MaintenanceWindow } from '../../api/index.ts';
import { isTimeZone, opensAt } from './maintenance-window.ts';

const nightly: MaintenanceWindow = { days: [...WEEKDAYS], start: '02:00', duration: '2h', timeZone: 'UTC' };
const at = (time: string) => Date.parse(time);
const opens = (window: MaintenanceWindow, now: string) => {
  const ms = opensAt(window, at(now));
  return ms === undefined ? 'open' : new Date(ms).toISOString();
};

describe('the maintenance window', () => {
  test('none: at any time', () => {
    expect(opensAt(undefined, at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  test.each([
    ['2026-03-02T01:59:59Z', '2026-03-02T02:00:00.000Z'],
    ['2026-03-02T02:00:00Z', 'open'],
    ['2026-03-02T03:59:59Z', 'open'],
    ['2026-03-02T04:00:00Z', '2026-03-03T02:00:00.000Z'],
  ])('every night, at %s: %s', (now, expected) => {
    expect(opens(nightly, now)).toBe(expected);
  });

  test('of some days waits for the next of them', () => {
    const weekly = { ...nightly, days: ['Sunday' as const] };
    expect(opens(weekly, '2026-03-02T02:30:00Z')).toBe('2026-03-08T02:00:00.000Z');
    expect(opens(weekly, '2026-03-08T02:30:00Z')).toBe('open');
    expect(opens(weekly, '2026-03-08T05:00:00Z')).toBe('2026-03-15T02:00:00.000Z');
  });

  test('may reach over midnight', () => {
    const late = { ...nightly, days: ['Saturday' as const], start: '23:00', duration: '3h' };
    expect(opens(late, '2026-03-08T01:30:00Z')).toBe('open');
    expect(opens(late, '2026-03-08T02:00:00Z')).toBe('2026-03-14T23:00:00.000Z');
  });

  test('follows the clocks of its zone through the change to summer time', () => {
    const berlin = { ...nightly, start: '04:00', timeZone: 'Europe/Berlin' };
    expect(opens(berlin, '2026-03-28T00:00:00Z')).toBe('2026-03-28T03:00:00.000Z');
    expect(opens(berlin, '2026-03-29T00:00:00Z')).toBe('2026-03-29T02:00:00.000Z');
  });

  test('knows which zones there are', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Berlin')).toBe(false);
  });
});
