import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { LauncherError } from '../../launcher/launcher-error.ts';
import { waitFor } from '../../launcher/wait-for.ts';
import type { NodeLayout } from '../layout.ts';
import { readPidFile, runningProcess } from './pid-file.ts';
import type { PidRecord } from './pid-file.ts';
import type { ProcessInfo } from './proc.ts';
import { SUPERVISOR_NAME } from './supervisor.ts';
import { terminate } from './terminate.ts';

const STOP_GRACE_MS = 8000;
const START_TIMEOUT_MS = 15_000;

/** Starts the supervisor as a process of its own session. One that runs is replaced: its processes are adopted. */
export async function startSupervisor(layout: NodeLayout): Promise<void> {
  await stopSupervisor(layout);
  await mkdir(layout.logs, { recursive: true });
  await mkdir(layout.pids, { recursive: true });
  const logFile = join(layout.logs, `${SUPERVISOR_NAME}.log`);
  const log = await open(logFile, 'a');
  const main = join(import.meta.dirname, 'main.ts');
  spawn(process.execPath, ['--max-old-space-size=64', main, layout.processes, layout.pids, layout.logs], {
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  }).unref();
  await log.close();
  await waitFor(async () => (await supervisorProcess(layout)) !== undefined, {
    timeoutMs: START_TIMEOUT_MS,
    intervalMs: 50,
    timeout: () => new LauncherError('the supervisor did not start', { logFile }),
  });
}

/** Ends the supervisor; its processes go on. */
export async function stopSupervisor(layout: NodeLayout): Promise<void> {
  const record = await readPidFile(layout.pids, SUPERVISOR_NAME);
  if (record !== undefined) await terminate(record.pid, record.startTicks, STOP_GRACE_MS);
}

export async function supervisorProcess(layout: NodeLayout): Promise<ProcessInfo | undefined> {
  return runningProcess(await readPidFile(layout.pids, SUPERVISOR_NAME));
}

/** Record and process of a supervised process by its name. */
export async function supervisedProcess(
  layout: NodeLayout,
  name: string,
): Promise<{ record: PidRecord | undefined; info: ProcessInfo | undefined }> {
  const record = await readPidFile(layout.pids, name);
  return { record, info: await runningProcess(record) };
}
