import { readdir, readFile } from 'node:fs/promises';

/** Linux counts CPU in ticks of 10 ms for user space, whatever the kernel's own (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

export interface ProcessTimes {
  readonly pid: number;
  readonly group: number;
  /** CPU seconds of the process and of its children that have ended. */
  readonly cpuSeconds: number;
}

/** @param stat a line of /proc/PID/stat */
export function parseProcessStat(stat: string): ProcessTimes {
  // The command stands in parentheses and may hold spaces and parentheses itself: what follows the last one counts.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { pid: Number.parseInt(stat, 10), group: field(5), cpuSeconds: ticks / TICKS_PER_SECOND };
}

/**
 * CPU seconds that all processors of the machine have worked so far.
 * @param stat the text of /proc/stat
 */
export function parseBusySeconds(stat: string): number {
  const [, user, nice, system, , , irq, softirq] = (stat.split('\n', 1)[0] ?? '').split(/\s+/).map(Number);
  const ticks = [user, nice, system, irq, softirq].reduce<number>(
    (sum, value) => sum + (value ?? Number.NaN),
    0,
  );
  return ticks / TICKS_PER_SECOND;
}

/** Every process that there is. */
export async function processTimes(): Promise<ProcessTimes[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)),
  );
  return stats.filter((stat) => stat !== undefined).map(parseProcessStat);
}

/** By leader of a process group: CPU seconds of its processes. */
export function cpuByGroup(times: readonly ProcessTimes[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { group, cpuSeconds } of times) sums.set(group, (sums.get(group) ?? 0) + cpuSeconds);
  return sums;
}

/** Resident memory in bytes. */
export const residentBytes = (pid: number): Promise<number> => statusBytes(pid, 'VmRSS');

/** The most that it ever was. */
export const peakResidentBytes = (pid: number): Promise<number> => statusBytes(pid, 'VmHWM');

async function statusBytes(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status tells no ${field}`);
  return Number(kibibytes) * 1024;
}

/** The process group of this process. A shell without job control puts us into its own. */
export async function ownGroup(): Promise<number> {
  return parseProcessStat(await readFile('/proc/self/stat', 'utf8')).group;
}
