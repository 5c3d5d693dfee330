import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { processTimes } from './process-times.ts';

const execute = promisify(execFile);

/** Which processors the two sides run on, so that neither takes the time of the other. */
export interface Layout {
  readonly servers: readonly number[];
  readonly generator: readonly number[];
}

/** The last processor generates, the others serve. Undefined where there is but one to share. */
export function layoutOf(allowed: readonly number[]): Layout | undefined {
  const last = allowed.at(-1);
  return last === undefined || allowed.length < 2
    ? undefined
    : { servers: allowed.slice(0, -1), generator: [last] };
}

/** @param list as in /proc/self/status: `0-2,5` */
export function parseProcessorList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.trim().split('-').map(Number);
    if (first === undefined || last === undefined || !Number.isInteger(first + last))
      throw new Error(`"${list}" is no list of processors`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The processors this process may run on. */
export async function allowedProcessors(): Promise<number[]> {
  const list = /^Cpus_allowed_list:\s+(.+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
  if (list === undefined) throw new Error('/proc/self/status tells no Cpus_allowed_list');
  return parseProcessorList(list);
}

/** Binds all threads of a process; those it starts later inherit it. Needs util-linux's `taskset`. */
export async function pinProcess(pid: number, processors: readonly number[]): Promise<void> {
  await execute('taskset', ['-acp', processors.join(','), String(pid)]);
}

/** Binds every process of the groups. */
export async function pinGroups(groups: readonly number[], processors: readonly number[]): Promise<void> {
  const members = (await processTimes()).filter(({ group }) => groups.includes(group));
  await Promise.all(members.map(({ pid }) => pinProcess(pid, processors)));
}
