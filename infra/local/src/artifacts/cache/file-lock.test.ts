import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from './file-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('withFileLock', () => {
  test('lets one work at a time and tells the others that they wait', async () => {
    const events: string[] = [];
    const happened = async (event: string) => {
      while (!events.includes(event)) await pause(5);
    };
    const file = join(folder, 'lock');
    // The first works until the second is seen to wait: no order here is a matter of time.
    const first = withFileLock(
      file,
      async () => {
        events.push('first begins');
        await happened('second waits');
        events.push('first ends');
      },
      () => events.push('first waits'),
    );
    await happened('first begins');
    const second = withFileLock(
      file,
      () => {
        events.push('second begins', 'second ends');
        return Promise.resolve();
      },
      () => events.push('second waits'),
    );
    await Promise.all([first, second]);
    expect(events).toEqual(['first begins', 'second waits', 'first ends', 'second begins', 'second ends']);
  });

  test('is released when the work fails', async () => {
    const file = join(folder, 'lock');
    await expect(withFileLock(file, () => Promise.reject(new Error('broken')), fail)).rejects.toThrow('broken');
    await expect(withFileLock(file, () => Promise.resolve('done'), () => undefined)).resolves.toBe('done');
  });

  test('is released when its holder is killed', async () => {
    const file = join(folder, 'lock');
    const module = join(import.meta.dirname, 'file-lock.ts');
    const program = `import { withFileLock } from ${JSON.stringify(module)};
      await withFileLock(${JSON.stringify(file)}, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)); }, () => {});`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    let waited = false;
    const mine = withFileLock(file, () => Promise.resolve('mine'), () => (waited = true));
    while (!waited) await pause(10);
    holder.kill('SIGKILL');
    await expect(mine).resolves.toBe('mine');
    expect(waited).toBe(true);
  });
});

function fail(): never {
  throw new Error('it had to wait for a lock that no one holds');
}
