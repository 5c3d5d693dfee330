import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import {
  cpuByGroup,
  ownGroup,
  parseBusySeconds,
  parseProcessStat,
  processTimes,
  residentBytes,
} from './process-times.ts';

const line = (command: string) =>
  `4242 (${command}) S 1 4200 4200 0 -1 4194304 1 2 3 4 150 50 30 20 20 0 11 0 4000 1000000 2000 18446744073709551615`;

describe('the times of a process', () => {
  it.each(['node', 'erl (child) setup', 'a) S 9 9'])('are read past the command %p', (command) => {
    expect(parseProcessStat(line(command))).toEqual({ pid: 4242, group: 4200, cpuSeconds: 2.5 });
  });

  it('are summed by group', () => {
    const of = (pid: number, group: number, cpuSeconds: number) => ({ pid, group, cpuSeconds });
    expect(cpuByGroup([of(1, 1, 2), of(2, 1, 3), of(3, 3, 4)])).toEqual(
      new Map([
        [1, 5],
        [3, 4],
      ]),
    );
  });

  it('of this machine hold a process, whose CPU seconds are what it says itself', async () => {
    // A process of its own: those of this one hold what children of other tests have used.
    const worked = `
      const until = process.cpuUsage().user + 300_000;
      while (process.cpuUsage().user < until);
      const { user, system } = process.cpuUsage();
      console.log((user + system) / 1e6);
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--eval', worked], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      const [times] = (await processTimes()).filter(({ pid }) => pid === child.pid);
      // The kernel counts in ticks of 10 ms; the process goes on for a moment after it has spoken.
      expect(times?.cpuSeconds).toBeGreaterThan(Number(said) - 0.1);
      expect(times?.cpuSeconds).toBeLessThan(Number(said) + 0.5);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('the machine', () => {
  it('was busy for all but what was idle, waited for disks, or was taken by other guests', () => {
    const stat = 'cpu  1000 200 300 99999 5000 40 60 700 0 0\ncpu0 1 1 1 1 1 1 1 0 0 0\n';
    expect(parseBusySeconds(stat)).toBe(16);
  });

  it('keeps as much memory of this process as the process says', async () => {
    const told = process.memoryUsage.rss();
    expect(Math.abs((await residentBytes(process.pid)) - told) / told).toBeLessThan(0.2);
  });
});

it('the group of this process is that of one of its readings', async () => {
  const own = (await processTimes()).find(({ pid }) => pid === process.pid);
  expect(await ownGroup()).toBe(own?.group);
});
