import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { incrementOf } from './daily.ts';
import { dayOf, pointPlace } from './fact.ts';
import type { Fact } from './fact.ts';
import { fillWindows, windowCount, windowRange } from './windows.ts';

const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
const fact: fc.Arbitrary<Fact> = fc.record({
  eventId: fc.uuid(),
  metric: fc.constantFrom('messages' as const, 'uploads' as const),
  at: fc.date({ min: new Date('2026-01-01'), max: new Date('2026-01-04'), noInvalidDate: true }),
  senderId: fc.constantFrom('ada', 'bo', null),
});

describe('the place of a fact in the series', () => {
  it('follows from the event alone and lies within its millisecond', () => {
    fc.assert(
      fc.property(fact, (original) => {
        const place = pointPlace(original);
        expect(place).toEqual(pointPlace({ ...original, senderId: 'someone else' }));
        expect(BigInt(place.timestamp) / 1_000_000n).toBe(BigInt(original.at.getTime()));
      }),
    );
  });

  it('keeps 20,000 events of one millisecond nearly all apart', () => {
    const at = new Date('2026-01-01');
    const places = Array.from({ length: 20_000 }, (_, index) =>
      pointPlace({ eventId: `event-${index}`, metric: 'messages', at, senderId: null }),
    );
    // Birthday: 20,000² / 2 / 16,000,000 = 12.5 meetings expected.
    expect(new Set(places.map(({ timestamp, shard }) => `${timestamp} ${shard}`)).size).toBeGreaterThan(
      19_960,
    );
  });
});

describe('the daily increment', () => {
  it('adds up to the facts, day by day, and names each sender of a day once', () => {
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        const { counts, senders } = incrementOf(facts);
        for (const { day, metric, count } of counts) {
          expect(count).toBe(facts.filter((one) => one.metric === metric && dayOf(one.at) === day).length);
        }
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(facts.length);
        const expected = new Set(
          facts.flatMap((one) => (one.senderId === null ? [] : [`${dayOf(one.at)} ${one.senderId}`])),
        );
        expect(senders.map(({ day, userId }) => `${day} ${userId}`)).toEqual([...expected].sort());
      }),
    );
  });

  it('comes in one order whatever the order of the facts', () => {
    fc.assert(
      fc.property(fc.array(fact), (facts) => {
        expect(incrementOf([...facts].reverse())).toEqual(incrementOf(facts));
      }),
    );
  });
});

describe('windows', () => {
  it('cover the span without gap or overlap, whole but for the last', () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 10, max: 3600 }),
        (now, minutes, seconds) => {
          const range = windowRange(now, minutes, seconds);
          const points = fillWindows(range, new Map());
          expect(points).toHaveLength(windowCount(range));
          expect(range.start.getTime()).toBeLessThanOrEqual(now.getTime() - minutes * 60_000);
          expect(range.start.getTime()).toBeGreaterThan(now.getTime() - minutes * 60_000 - seconds * 1000);
          for (const [index, point] of points.entries()) {
            expect(point.time.getTime() % (seconds * 1000)).toBe(0);
            expect(point.time.getTime()).toBe(range.start.getTime() + index * seconds * 1000);
          }
          const last = points.at(-1)?.time.getTime() ?? 0;
          expect(last).toBeLessThan(now.getTime());
          expect(last + seconds * 1000).toBeGreaterThanOrEqual(now.getTime());
        },
      ),
    );
  });

  it('carry what was counted and zero elsewhere', () => {
    const range = windowRange(new Date('2026-01-01T00:02:30Z'), 2, 60);
    const counted = new Map([[Date.parse('2026-01-01T00:01:00Z'), 7]]);
    expect(fillWindows(range, counted).map(({ count }) => count)).toEqual([0, 7, 0]);
  });
});
