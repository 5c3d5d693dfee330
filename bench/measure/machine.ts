import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { cpuByGroup, parseBusySeconds, type ProcessTimes, processTimes } from './process-times.ts';

/** In a line: what figures are only comparable on. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} x ${model}, ${gibibytes} GiB, Linux ${release()}, Node ${process.version}`;
}

/** A moment, to be compared with a later one. */
export interface MachineReading {
  readonly at: number;
  readonly busySeconds: number;
  readonly processes: readonly ProcessTimes[];
}

export async function readMachine(): Promise<MachineReading> {
  const [stat, processes] = await Promise.all([readFile('/proc/stat', 'utf8'), processTimes()]);
  return { at: performance.now() / 1000, busySeconds: parseBusySeconds(stat), processes };
}

/** CPU seconds of each group between two readings; of a group that began after the first, all of them. */
export function cpuBetween(
  before: MachineReading,
  after: MachineReading,
  groups: readonly number[],
): ReadonlyMap<number, number> {
  const [then, now] = [cpuByGroup(before.processes), cpuByGroup(after.processes)];
  return new Map(groups.map((group) => [group, (now.get(group) ?? 0) - (then.get(group) ?? 0)]));
}

/** Processors that each of the processes used, on average, between two readings. */
export function cpuByProcess(
  before: MachineReading,
  after: MachineReading,
  pids: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const secondsOf = ({ processes }: MachineReading, pid: number): number =>
    processes.find((process) => process.pid === pid)?.cpuSeconds ?? 0;
  const elapsed = after.at - before.at;
  return new Map(
    [...pids].map(([name, pid]) => [name, (secondsOf(after, pid) - secondsOf(before, pid)) / elapsed]),
  );
}

/**
 * How many processors were taken, on average, by processes that are none of ours: what makes figures worthless.
 * @param ours their groups; children that ended count through whoever waited for them
 */
export function foreignProcessors(
  before: MachineReading,
  after: MachineReading,
  ours: readonly number[],
): number {
  const own = [...cpuBetween(before, after, ours).values()].reduce((sum, seconds) => sum + seconds, 0);
  const others = after.busySeconds - before.busySeconds - own;
  return Math.max(others / (after.at - before.at), 0);
}
