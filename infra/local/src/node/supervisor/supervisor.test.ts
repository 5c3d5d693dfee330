import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPidFile, runningProcess } from './pid-file.ts';
import { removeSpec, writeSpec } from './process-spec.ts';
import type { ProcessSpec } from './process-spec.ts';
import { createSupervisor } from './supervisor.ts';

/** Real processes: what a pid, a signal and a start time mean cannot be told from doubles. */
describe('createSupervisor', () => {
  let directory: string;
  let clock: number;
  const folder = (name: string) => join(directory, name);
  const makeSupervisor = () =>
    createSupervisor({
      processes: folder('processes'),
      pids: folder('pids'),
      logs: folder('logs'),
      now: () => clock,
      log: () => undefined,
    });
  const sleeper = (seconds: string): ProcessSpec => ({
    name: 'sleeper',
    command: '/bin/sh',
    args: ['-c', `echo started ${seconds}; exec sleep ${seconds}`],
    env: { PATH: '/bin' },
    inputs: '',
    stopGraceMs: 2000,
  });
  const running = async () => {
    const record = await readPidFile(folder('pids'), 'sleeper');
    return (await runningProcess(record)) === undefined ? undefined : record;
  };
  const killAndWait = async (pid: number) => {
    process.kill(pid, 'SIGKILL');
    while ((await running()) !== undefined) await sleep(10);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'supervisor-'));
    clock = 1_000_000;
  });
  afterEach(async () => {
    const left = await running();
    if (left !== undefined) process.kill(left.pid, 'SIGKILL');
    await rm(directory, { recursive: true });
  });

  test('starts what is specified, once, with its output in its log', async () => {
    const supervisor = makeSupervisor();
    await writeSpec(folder('processes'), sleeper('60'));
    await supervisor.reconcile();
    const first = await running();
    await supervisor.reconcile();
    expect(first?.pid).toBeGreaterThan(0);
    expect((await running())?.pid).toBe(first?.pid);
    await sleep(100);
    expect(await readFile(join(folder('logs'), 'sleeper.log'), 'utf8')).toBe('started 60\n');
  });

  test('starts a killed process again, after a pause that grows, and counts', async () => {
    const supervisor = makeSupervisor();
    await writeSpec(folder('processes'), sleeper('60'));
    await supervisor.reconcile();
    await killAndWait((await running())?.pid ?? 0);
    await supervisor.reconcile();
    expect(await running()).toBeUndefined();
    clock += 500;
    await supervisor.reconcile();
    const second = await running();
    expect(second?.restarts).toBe(1);
    await killAndWait(second?.pid ?? 0);
    await supervisor.reconcile();
    clock += 900;
    await supervisor.reconcile();
    expect(await running()).toBeUndefined();
    clock += 100;
    await supervisor.reconcile();
    expect((await running())?.restarts).toBe(2);
  });

  test('a new supervisor adopts what an old one started', async () => {
    await writeSpec(folder('processes'), sleeper('60'));
    await makeSupervisor().reconcile();
    const before = await running();
    await makeSupervisor().reconcile();
    expect(await running()).toEqual(before);
  });

  test('a changed specification replaces the process, a removed one ends it', async () => {
    const supervisor = makeSupervisor();
    await writeSpec(folder('processes'), sleeper('60'));
    await supervisor.reconcile();
    const before = await running();
    await writeSpec(folder('processes'), sleeper('61'));
    await supervisor.reconcile();
    const after = await running();
    expect(after?.pid).not.toBe(before?.pid);
    await removeSpec(folder('processes'), 'sleeper');
    await supervisor.reconcile();
    expect(await running()).toBeUndefined();
    expect(await readPidFile(folder('pids'), 'sleeper')).toBeUndefined();
  });

  test('a process that ignores SIGTERM is killed after its grace period', async () => {
    const supervisor = makeSupervisor();
    const stubborn = {
      ...sleeper('60'),
      args: ['-c', 'trap "" TERM; while :; do sleep 0.05; done'],
      stopGraceMs: 300,
    };
    await writeSpec(folder('processes'), stubborn);
    await supervisor.reconcile();
    await sleep(100);
    await removeSpec(folder('processes'), 'sleeper');
    const started = Date.now();
    await supervisor.reconcile();
    expect(Date.now() - started).toBeGreaterThanOrEqual(250);
    expect(await running()).toBeUndefined();
  });

  test('a pid file that names another process now is not trusted', async () => {
    const supervisor = makeSupervisor();
    await writeSpec(folder('processes'), sleeper('60'));
    await supervisor.reconcile();
    const record = await running();
    await killAndWait(record?.pid ?? 0);
    const other = { ...record, pid: process.pid };
    await writeFile(join(folder('pids'), 'sleeper.pid'), JSON.stringify(other));
    expect(await running()).toBeUndefined();
    await supervisor.reconcile();
    clock += 500;
    await supervisor.reconcile();
    expect((await running())?.pid).not.toBe(process.pid);
  });

  test('a command that does not exist is tried again, not forgotten', async () => {
    const supervisor = makeSupervisor();
    await writeSpec(folder('processes'), { ...sleeper('60'), command: '/nowhere/sleep' });
    await supervisor.reconcile();
    expect(await running()).toBeUndefined();
    await writeSpec(folder('processes'), sleeper('60'));
    clock += 60_000;
    await supervisor.reconcile();
    expect(await running()).toBeDefined();
  });
});
