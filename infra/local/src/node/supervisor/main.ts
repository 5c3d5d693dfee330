/**
 * The supervisor as a process: `node main.ts PROCESSES PIDS LOGS`. Looks twice a second, and at once on SIGHUP. SIGTERM
 * ends it and leaves its processes running.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcess } from './proc.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { SUPERVISOR_NAME, createSupervisor } from './supervisor.ts';

const INTERVAL_MS = 500;
const [processes, pids, logs] = process.argv.slice(2);
if (processes === undefined || pids === undefined || logs === undefined) {
  console.error('usage: supervisor PROCESSES PIDS LOGS');
  process.exit(2);
}

const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
const supervisor = createSupervisor({ processes, pids, logs, now: Date.now, log });

let running = true;
let wake = new AbortController();
process.on('SIGHUP', () => wake.abort());
process.on('SIGTERM', () => {
  running = false;
  wake.abort();
});

const self = await readProcess(process.pid);
await writePidFile(pids, SUPERVISOR_NAME, {
  pid: process.pid,
  startTicks: self?.startTicks ?? 0,
  specHash: '',
  stopGraceMs: 5000,
  restarts: 0,
});
log('watching');
while (running) {
  // A full disk or a torn file must not end the one process that restarts the others.
  await supervisor.reconcile().catch((error: Error) => log(`failed: ${error.message}`));
  await sleep(INTERVAL_MS, undefined, { signal: wake.signal }).catch(() => undefined);
  wake = new AbortController();
}
await removePidFile(pids, SUPERVISOR_NAME);
log('leaving; the processes go on');
