import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive } from '../../infra/local/src/processes/testing/is-alive.ts';
import { eventually } from '../../operator/test/api-server.ts';
import { json, startFakeServer } from '../../operator/test/fake-server.ts';
import type { FakeServer } from '../../operator/test/fake-server.ts';
import { cli, EXECUTABLE } from './cli-process.ts';

/**
 * Ports are forwarded by kubelets, which no API server of the tests has; the end-to-end suite forwards real ones. Here a
 * stand-in for kubectl tells what it was asked for, and says what kubectl says.
 */
const KUBECTL = `#!/bin/sh
echo "$$ $*" >> "$(dirname "$0")/calls"
case "$*" in
  *service/demo-mail*) echo 'error: Pod is not running' >&2; exit 1 ;;
esac
echo 'Forwarding from 127.0.0.1:40123 -> 8080'
exec sleep 600
`;

let server: FakeServer;
let dir: string;
let env: Record<string, string>;
let silent = false;

beforeAll(async () => {
  server = await startFakeServer();
  const item = (name: string, namespace = 'chat') => ({ metadata: { name, namespace }, spec: {} });
  server.answer((request, response) => {
    if (silent) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const grafana = searchParams.get('labelSelector') === 'app.kubernetes.io/name=grafana';
    const services = grafana
      ? [item('grafana', 'monitoring')]
      : ['demo-web', 'demo-jaeger', 'demo-mail', 'demo-chat'].map((name) => item(name));
    const items = pathname.endsWith('/services') ? services : [item('demo')];
    json(200, { metadata: { resourceVersion: '1' }, items })(request, response);
  });
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-connect-'));
  await writeFile(join(dir, 'kubectl'), KUBECTL);
  await chmod(join(dir, 'kubectl'), 0o755);
  const kubeconfig = join(dir, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'chat' } }],
      clusters: [{ name: 'c', cluster: { server: server.access.server.href } }],
      users: [{ name: 'u', user: {} }],
    }),
  );
  env = { KUBECONFIG: kubeconfig, PATH: `${dir}:${process.env['PATH'] ?? ''}`, HOME: '/nonexistent' };
});

afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

describe('connect', () => {
  test('forwards a port to each page, says where it is, and lets go when interrupted', async () => {
    const child = spawn(EXECUTABLE, ['connect', '--only=client,grafana,jaeger'], { env });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const exit = once(child, 'exit');
    await eventually('the addresses', () => /^jaeger +http/m.test(said));
    expect(said).toBe(
      'client   http://127.0.0.1:40123\ngrafana  http://127.0.0.1:40123\njaeger   http://127.0.0.1:40123\n',
    );
    const calls = (await readFile(join(dir, 'calls'), 'utf8')).trim().split('\n').sort();
    const asked = calls.map((line) => line.replace(/^\d+ .*port-forward/, 'port-forward')).sort();
    expect(asked).toEqual([
      'port-forward --namespace=chat --address=127.0.0.1 service/demo-jaeger :16686',
      'port-forward --namespace=chat --address=127.0.0.1 service/demo-web :80',
      'port-forward --namespace=monitoring --address=127.0.0.1 service/grafana :80',
    ]);
    for (const call of calls) expect(call).toContain(`--kubeconfig=${env['KUBECONFIG'] ?? ''} --context=c`);
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    const pids = calls.map((line) => Number(line.split(' ')[0]));
    await eventually('kubectl to end', () => !pids.some(isAlive));
  });

  test.each([
    ['what is not there', ['--only=prometheus'], 1, 'there is: client, grafana, jaeger, mail'],
    ['what is unknown', ['--only=kibana'], 64, '--only knows client, grafana, jaeger, prometheus, mail'],
    [
      'what cannot be reached',
      ['--only=client,mail'],
      1,
      'mail cannot be reached: error: Pod is not running',
    ],
  ])('says so of %s', async (_, args, code, message) => {
    const finished = await cli(['connect', ...args], { env });
    expect(finished).toMatchObject({ code, stdout: '' });
    expect(finished.stderr).toContain(message);
  });

  test('says that it wants kubectl', async () => {
    // Node and the shell's own tools, but no kubectl.
    const bare = await mkdtemp(join(dir, 'bare-'));
    for (const program of ['sh', 'dirname', 'readlink'])
      await symlink(`/bin/${program}`, join(bare, program));
    const finished = await cli(['connect', '--only=client'], { env: { ...env, PATH: bare } });
    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain('kubectl cannot be run');
    expect(finished.stderr).toContain('put kubectl on the PATH');
  });
});

test('interrupted before it is done, a command ends with 130', async () => {
  silent = true;
  const child = spawn(EXECUTABLE, ['status'], { env });
  const asked = server.requests.length;
  const exit = once(child, 'exit');
  const stderr = text(child.stderr);
  await eventually('the question', () => server.requests.length > asked);
  child.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  expect(await stderr).toBe('');
  silent = false;
});
