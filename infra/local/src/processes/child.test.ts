import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, whenExited } from './child.ts';
import { runLogged } from './run-logged.ts';
import { startServer } from './server.ts';
import { isAlive } from './testing/is-alive.ts';

let folder: string;
let logFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'child-'));
  logFile = join(folder, 'logs', 'child.log');
});
afterEach(() => rm(folder, { recursive: true }));

const shell = (script: string) => ({ name: 'script', command: 'sh', args: ['-c', script], logFile });

const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await sleep(20);
};

describe('a child', () => {
  test('reads its input and writes both streams to its log', async () => {
    const child = await startChild({ ...shell('cat; echo warning >&2; exit 3'), input: 'input\n' });
    expect(await child.exited).toEqual({ code: 3, how: 'exited with code 3' });
    expect(await readFile(logFile, 'utf8')).toBe('input\nwarning\n');
  });

  test('that does not heed the signal is killed after the grace', async () => {
    const child = await startChild(shell('trap "" TERM; echo ready; while :; do sleep 1; done'));
    await until(async () => (await readFile(logFile, 'utf8')) === 'ready\n');
    await child.stop(100);
    expect((await child.exited).how).toBe('was ended by SIGKILL');
  });

  test('that ends tells those who wait for something else, with the end of its log', async () => {
    const child = await startChild(shell('echo the port is taken; exit 1'));
    await expect(whenExited(child, logFile)).rejects.toMatchObject({
      message: 'script exited with code 1.\nthe port is taken',
      logTail: 'the port is taken',
    });
  });

  test('of a program that is not there tells so', async () => {
    const child = await startChild({ ...shell(''), command: join(folder, 'nothing') });
    expect((await child.exited).code).not.toBe(0);
    expect(await readFile(logFile, 'utf8')).toContain('No such file');
  });

  // With kill -9 no code of the parent's runs any more: only the kernel can see to it.
  test.each([
    ['ends with the process that started it', 'SIGTERM', true],
    ['that may not be interrupted goes on', 'none', false],
  ])('%s', async (_, deathSignal, ends) => {
    const pidFile = join(folder, 'pid');
    const module = new URL('./child.ts', import.meta.url).href;
    const spec = JSON.stringify({ ...shell(`echo $$ > ${pidFile}; exec sleep 60`), deathSignal });
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { startChild } from '${module}'; await startChild(${spec}); setInterval(() => {}, 1000);`,
    ]);
    await until(async () => existsSync(pidFile) && (await readFile(pidFile, 'utf8')).endsWith('\n'));
    const pid = Number(await readFile(pidFile, 'utf8'));
    parent.kill('SIGKILL');
    if (ends) await until(() => !isAlive(pid));
    else {
      await new Promise((resolve) => parent.once('exit', resolve));
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
    }
  });
});

describe('runLogged', () => {
  test('a command that fails is one message: what it was for, its last lines, the remedy, the log', async () => {
    const command = { ...shell('echo before'), purpose: 'The build' };
    await runLogged(command);
    const failing = {
      ...command,
      ...shell('seq 9; echo cannot resolve host >&2; exit 100'),
      remedy: 'look at the network',
    };
    await expect(runLogged(failing)).rejects.toMatchObject({
      name: 'LauncherError',
      message:
        'The build failed: sh exited with code 100\n    6\n    7\n    8\n    9\n    cannot resolve host',
      remedy: 'look at the network',
      logFile,
    });
    expect(await readFile(logFile, 'utf8')).toContain('# sh -c echo before\nbefore\n');
  });
});

describe('a server', () => {
  test('is stopped with all it has started', async () => {
    const pidFile = join(folder, 'pid');
    const server = await startServer({
      ...shell(`sleep 60 & echo $! > ${pidFile}; wait`),
      ready: () => Promise.resolve(existsSync(pidFile)),
    });
    await until(async () => (await readFile(pidFile, 'utf8')).endsWith('\n'));
    const pid = Number(await readFile(pidFile, 'utf8'));
    await server.stop();
    await until(() => !isAlive(pid));
  });

  test('that ends before it answers is an error with its log', async () => {
    const server = startServer({ ...shell('echo no licence; exit 1'), ready: () => Promise.resolve(false) });
    await expect(server).rejects.toThrow(/script did not start: it exited with code 1\n    no licence/);
  });

  test('that does not answer in time is ended', async () => {
    const server = startServer({
      ...shell('sleep 60'),
      ready: () => Promise.resolve(false),
      readyTimeoutMs: 200,
    });
    await expect(server).rejects.toThrow('no answer within 200 ms');
  });
});
