import { setTimeout as sleep } from 'node:timers/promises';
import { readProcess } from './proc.ts';

const POLL_MS = 50;

/** Sends a signal; a process that is already gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends a process, by force after `graceMs`. Resolves when it is gone. */
export async function terminate(pid: number, startTicks: number, graceMs: number): Promise<void> {
  const isThere = async () => (await readProcess(pid))?.startTicks === startTicks;
  if (!(await isThere())) return;
  signalProcess(pid, 'SIGTERM');
  let waited = 0;
  while (await isThere()) {
    if (waited === graceMs - (graceMs % POLL_MS)) signalProcess(pid, 'SIGKILL');
    await sleep(POLL_MS);
    waited += POLL_MS;
  }
}
