import { durationSeconds, WEEKDAYS } from '../../api/index.ts';
import type { MaintenanceWindow } from '../../api/index.ts';

const DAY_MS = 86_400_000;

interface LocalDate {
  readonly year: number;
  /** 1..12 */
  readonly month: number;
  readonly day: number;
}

/** @throws RangeError when there is no such zone */
function formatterFor(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

export function isTimeZone(name: string): boolean {
  try {
    formatterFor(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function fieldsAt(format: Intl.DateTimeFormat, ms: number): Record<string, number> {
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
}

/** Ms by which the zone's clocks are ahead of UTC at an instant. */
function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const at = fieldsAt(format, ms);
  const local = Date.UTC(
    at['year'] ?? 0,
    (at['month'] ?? 1) - 1,
    at['day'],
    at['hour'],
    at['minute'],
    at['second'],
  );
  return local - Math.floor(ms / 1000) * 1000;
}

/** The instant at which a zone's clocks show this. A time that is skipped in spring comes an hour later. */
function instantOf(format: Intl.DateTimeFormat, { year, month, day }: LocalDate, minutes: number): number {
  const asUtc = Date.UTC(year, month - 1, day, 0, minutes);
  const guess = asUtc - offsetAt(format, asUtc);
  return asUtc - offsetAt(format, guess);
}

const minutesOf = (start: string) => {
  const [hours = 0, minutes = 0] = start.split(':').map(Number);
  return hours * 60 + minutes;
};

/** When the window opens in the days around `now`, in order, ms since the epoch. */
function openings({ days, start, timeZone }: MaintenanceWindow, now: number): number[] {
  const format = formatterFor(timeZone);
  // From yesterday, whose window may still be open, to the same weekday of next week.
  return Array.from({ length: 9 }, (_, i) => now + (i - 1) * DAY_MS).flatMap((ms) => {
    const { year = 0, month = 1, day = 1 } = fieldsAt(format, ms);
    const weekday = WEEKDAYS[(new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7];
    if (weekday === undefined || !days.includes(weekday)) return [];
    return instantOf(format, { year, month, day }, minutesOf(start));
  });
}

/** When disruptive steps may begin: undefined means now, else ms since the epoch. */
export function opensAt(window: MaintenanceWindow | undefined, now: number): number | undefined {
  if (window === undefined) return undefined;
  const length = durationSeconds(window.duration) * 1000;
  const next = openings(window, now).find((open) => open + length > now);
  if (next === undefined) throw new RangeError('a window opens at least once a week');
  return next <= now ? undefined : next;
}
