import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { demo } from '../../operator/test/platform-bench.ts';
import { useCliBench } from './cli-bench.ts';
import { cli } from './cli-process.ts';

const { bench, run } = useCliBench();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('what goes wrong is said in two lines, with what to do', () => {
  test.each<[string, () => Promise<string[]>, number, string]>([
    ['no such platform', async () => ['status', 'nobody', '-n', await one()], 1, 'it has: demo'],
    ['an empty namespace', async () => ['status', '-n', 'kube-public'], 1, 'kube-public has no platform'],
    ['two platforms', async () => ['pause', '-n', await two()], 1, 'name one of them: demo, other'],
    ['an unknown command', async () => ['stauts'], 64, 'the commands are status, plan'],
    ['an unknown option', async () => ['status', '--wach'], 64, "Unknown option '--wach'"],
    ['an unknown context', async () => ['status', '--context', 'x'], 1, 'there is no context "x"'],
    ['no kubeconfig', async () => ['status', '--kubeconfig', '/nonexistent'], 1, 'there is no kubeconfig'],
    ['no such file', async () => ['plan', '-f', '/nonexistent.yaml'], 1, 'cannot read /nonexistent.yaml'],
  ])('%s', async (_, args, code, said) => {
    const finished = await run(...(await args()));
    expect(finished).toMatchObject({ code, stdout: '' });
    expect(finished.stderr).toContain(said);
    expect(finished.stderr).toMatch(/^error: .+\n(?:what to do: .+\n)?$/);
  });

  async function one(): Promise<string> {
    const namespace = await bench.server.namespace();
    await bench.client.create(CHAT_PLATFORM, demo(namespace));
    return namespace;
  }

  async function two(): Promise<string> {
    const namespace = await one();
    const platform = demo(namespace);
    const metadata = { ...platform.metadata, name: 'other' };
    await bench.client.create(CHAT_PLATFORM, { ...platform, metadata });
    return namespace;
  }

  test('no cluster', async () => {
    const file = join(dir, 'kubeconfig');
    const text = await readFile(bench.server.kubeconfig, 'utf8');
    await writeFile(file, text.replace(/server: .*/, 'server: https://127.0.0.1:1'));
    const finished = await cli(['status'], { env: { KUBECONFIG: file } });
    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain('the cluster at 127.0.0.1:1 cannot be reached: nothing listens there');
  });

  test('no permission', async () => {
    const file = join(dir, 'stranger');
    const text = await readFile(bench.server.kubeconfig, 'utf8');
    const server = /server: (.*)/.exec(text)?.[1] ?? '';
    const ca = /certificate-authority-data: (.*)/.exec(text)?.[1] ?? '';
    await writeFile(
      file,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
        users: [{ name: 'u', user: {} }],
      }),
    );
    const finished = await cli(['status'], { env: { KUBECONFIG: file } });
    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain(
      'you are not allowed to do that: chatplatforms.chatplatform.dev is forbidden',
    );
  });
});
