import { readFile, readdir } from 'node:fs/promises';

/** What the kernel says of a process. */
export interface ProcessInfo {
  pid: number;
  /** Clock ticks since boot at which it started: with the pid, names one process for ever. */
  startTicks: number;
  /** `Z` is a zombie: ended, and not yet waited for. */
  state: string;
  residentBytes: number;
  /** User and system time used so far, in clock ticks. */
  cpuTicks: number;
}

/** Linux's USER_HZ: the same on every architecture Debian runs Node on. */
export const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Parses /proc/PID/stat. The command name, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(text: string): ProcessInfo {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const number = (index: number) => Number(fields[index - 3] ?? NaN);
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0] ?? '?',
    cpuTicks: number(14) + number(15),
    startTicks: number(22),
    residentBytes: number(24) * PAGE_BYTES,
  };
}

/** Reads a process, or undefined when there is none or only its zombie is left. */
export async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const info = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    return info.state === 'Z' || info.state === 'X' ? undefined : info;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Command line of a process, empty for a kernel thread and for one that is gone. */
export async function readCommandLine(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Pids of all processes whose command line satisfies `matches`. */
export async function findProcesses(matches: (commandLine: readonly string[]) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (Number.isInteger(pid) && matches(await readCommandLine(pid))) found.push(pid);
  }
  return found;
}

/** Seconds since boot. */
export async function readUptime(): Promise<number> {
  return Number.parseFloat(await readFile('/proc/uptime', 'utf8'));
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
