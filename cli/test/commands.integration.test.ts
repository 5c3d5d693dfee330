import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { eventually } from '../../operator/test/api-server.ts';
import { demo } from '../../operator/test/platform-bench.ts';
import { useCliBench } from './cli-bench.ts';
import { EXECUTABLE } from './cli-process.ts';

const { bench, run } = useCliBench();

test('pause and resume: once, twice, and nothing is left behind in the spec', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const at = ['demo', '-n', namespace];
  expect((await run('pause', ...at)).stdout).toBe(`${namespace}/demo paused\n`);
  await bench.untilReason(namespace, 'Paused', 'PausedBySpec');
  expect(await run('pause', ...at)).toMatchObject({
    code: 0,
    stdout: `${namespace}/demo is paused already\n`,
  });
  expect((await run('resume', ...at)).stdout).toBe(`${namespace}/demo resumed\n`);
  await bench.untilReason(namespace, 'Paused', 'NotPaused');
  const stored = await bench.lookUp(CHAT_PLATFORM, namespace, 'demo');
  expect(stored?.['spec']).toEqual(demo(namespace)['spec']);
}, 60_000);

test('events tell what has happened, and warnings can be seen apart', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const found = await eventually('the event', async () => {
    const { stdout } = await run('events', '-n', namespace);
    return stdout.includes('ChatPlatform/demo') ? stdout : undefined;
  });
  expect(found).toMatch(/Normal +Ready +ChatPlatform\/demo +serving at http:\/\/chat.test:30080/);
  // The API server may warn of Services, whose addresses it looks through now and then; the platform has nothing to say.
  const { stdout } = await run('events', '-n', namespace, '--warnings', '-o', 'json');
  const warnings = JSON.parse(stdout) as { type: string; kind: string }[];
  expect(warnings.filter(({ type, kind }) => type !== 'Warning' || kind === 'ChatPlatform')).toEqual([]);
}, 60_000);

test('version tells of the client, the platforms, and of a platform that nobody looks after', async () => {
  const namespace = await bench.server.namespace();
  await bench.client.create(CHAT_PLATFORM, demo(namespace, { paused: true }));
  const { stdout, code } = await run('version');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^client +0\.1\.0$/m);
  expect(stdout).toContain(`no operator looks after platform ${namespace}/demo`);
}, 30_000);

test('works by a symbolic link on the PATH, as plugins are installed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-cli-'));
  try {
    const link = join(dir, 'kubectl-chatplatform');
    await symlink(EXECUTABLE, link);
    const { stdout } = await promisify(execFile)(link, ['version', '--client', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ client: '0.1.0' });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('completes in the way that kubectl asks for it', async () => {
  const { stdout } = await run('__complete', 'status', '--w');
  expect(stdout).toBe('--watch\tShow it again whenever it changes.\n:4\n');
});
