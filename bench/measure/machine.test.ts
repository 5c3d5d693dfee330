import { describe, expect, it } from '@jest/globals';
import { cpuBetween, cpuByProcess, foreignProcessors, type MachineReading } from './machine.ts';

const reading = (at: number, busySeconds: number, cpu: Record<number, number>): MachineReading => ({
  at,
  busySeconds,
  processes: Object.entries(cpu).map(([group, cpuSeconds]) => ({
    pid: Number(group),
    group: Number(group),
    cpuSeconds,
  })),
});

describe('between two readings', () => {
  it('a group has used the difference, and all when it is new', () => {
    const used = cpuBetween(reading(0, 0, { 7: 5 }), reading(10, 0, { 7: 8, 9: 2 }), [7, 9]);
    expect(used).toEqual(
      new Map([
        [7, 3],
        [9, 2],
      ]),
    );
  });

  it('what nobody of ours used was used by others', () => {
    const before = reading(0, 100, { 7: 5, 8: 50 });
    expect(foreignProcessors(before, reading(10, 115, { 7: 10, 8: 60 }), [7])).toBe(1);
  });

  it('rounding of ticks does not give others less than nothing', () => {
    expect(foreignProcessors(reading(0, 100, { 7: 5 }), reading(10, 104.9, { 7: 10 }), [7])).toBe(0);
  });
});

describe('of processes by name', () => {
  it('the processors that each used, none by one that did not run', () => {
    const used = cpuByProcess(
      reading(0, 0, { 7: 5 }),
      reading(10, 0, { 7: 8 }),
      new Map([
        ['server', 7],
        ['gone', 9],
      ]),
    );
    expect(used).toEqual(
      new Map([
        ['server', 0.3],
        ['gone', 0],
      ]),
    );
  });
});
