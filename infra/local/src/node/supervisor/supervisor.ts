import { spawn } from 'node:child_process';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HEALTHY_AFTER_MS, backoffMs, decide } from './decide.ts';
import type { Decision } from './decide.ts';
import { readPidFile, removePidFile, runningProcess, writePidFile } from './pid-file.ts';
import type { PidRecord } from './pid-file.ts';
import { readProcess } from './proc.ts';
import { readSpecs, specHash } from './process-spec.ts';
import type { ProcessSpec } from './process-spec.ts';
import { rotateWhenLarge } from './rotate.ts';
import { terminate } from './terminate.ts';

export interface SupervisorOptions {
  processes: string;
  pids: string;
  logs: string;
  now: () => number;
  log: (line: string) => void;
}

interface History {
  startedAt: number;
  failures: number;
  failedAt: number | undefined;
  restarts: number;
}

/** Log files are moved aside once they are larger. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;
/** The supervisor's own pid file, beside those of its processes. */
export const SUPERVISOR_NAME = 'supervisor';

/**
 * Makes what runs equal to what is specified. Processes it finds running from before are adopted: it can be ended and
 * started again at any time without touching them.
 */
export function createSupervisor(options: SupervisorOptions): { reconcile(): Promise<void> } {
  const histories = new Map<string, History>();

  const reconcileOne = async (name: string, spec: ProcessSpec | undefined) => {
    const record = await readPidFile(options.pids, name);
    const history = historyOf(name, record);
    const running = await runningRecord(name, record, history);
    const wanted = spec && specHash(spec);
    const decision = decide({ ...history, wanted, running: running?.specHash, now: options.now() });
    if (decision === 'stop' && running !== undefined) await stop(name, running);
    if (spec === undefined) histories.delete(name);
    else if (needsStart(decision)) await start(spec, history);
  };

  /** The record of what still runs; the end of what does not is noted. */
  const runningRecord = async (name: string, record: PidRecord | undefined, history: History) => {
    if (record === undefined || (await runningProcess(record)) !== undefined) return record;
    await noteEnd(name, history);
    return undefined;
  };

  const historyOf = (name: string, record: PidRecord | undefined) => {
    const known = histories.get(name);
    if (known !== undefined) return known;
    const history = {
      startedAt: options.now(),
      failures: 0,
      failedAt: undefined,
      restarts: record?.restarts ?? 0,
    };
    histories.set(name, history);
    return history;
  };

  const stop = async (name: string, record: PidRecord) => {
    options.log(`${name}: stopping pid ${record.pid}`);
    await terminate(record.pid, record.startTicks, record.stopGraceMs);
    await removePidFile(options.pids, name);
  };

  const noteEnd = async (name: string, history: History) => {
    const ranMs = options.now() - history.startedAt;
    history.failures = ranMs >= HEALTHY_AFTER_MS ? 1 : history.failures + 1;
    history.failedAt = options.now();
    history.restarts += 1;
    await removePidFile(options.pids, name);
    options.log(`${name}: ended by itself; starting it again in ${backoffMs(history.failures)} ms`);
  };

  const start = async (spec: ProcessSpec, history: History) => {
    const pid = await spawnDetached(spec, options);
    const info = pid === undefined ? undefined : await readProcess(pid);
    history.startedAt = options.now();
    if (pid === undefined || info === undefined) return noteEnd(spec.name, history);
    await writePidFile(options.pids, spec.name, {
      pid,
      startTicks: info.startTicks,
      specHash: specHash(spec),
      stopGraceMs: spec.stopGraceMs,
      restarts: history.restarts,
    });
    options.log(`${spec.name}: started as pid ${pid}`);
  };

  return {
    async reconcile() {
      const specs = await readSpecs(options.processes);
      const names = new Set([...specs.keys(), ...(await recordedNames(options.pids))]);
      // Each for itself: one that takes its time to end holds up no other.
      await Promise.all([...names].map((name) => reconcileOne(name, specs.get(name))));
      await rotateLogs(options.logs, [...specs.keys(), SUPERVISOR_NAME]);
    },
  };
}

/** A changed process is started in the same breath in which the old one was stopped. */
function needsStart(decision: Decision): boolean {
  return decision === 'start' || decision === 'stop';
}

/** @returns the pid, or undefined when the command cannot be run */
async function spawnDetached(spec: ProcessSpec, options: SupervisorOptions): Promise<number | undefined> {
  await mkdir(options.logs, { recursive: true });
  // Straight to the file, not through a pipe: the process must survive the end of its supervisor.
  const log = await open(join(options.logs, `${spec.name}.log`), 'a');
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: '/',
      env: spec.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.on('error', (error) => options.log(`${spec.name}: ${error.message}`));
    child.unref();
    return child.pid;
  } finally {
    await log.close();
  }
}

async function recordedNames(pids: string): Promise<string[]> {
  const files = await readdir(pids).catch(() => []);
  return files
    .filter((file) => file.endsWith('.pid'))
    .map((file) => file.slice(0, -'.pid'.length))
    .filter((name) => name !== SUPERVISOR_NAME);
}

async function rotateLogs(logs: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rotateWhenLarge(join(logs, `${name}.log`), MAX_LOG_BYTES);
}
