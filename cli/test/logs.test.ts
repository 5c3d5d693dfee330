import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { objectLabels } from '@chatplatform/operator/platform/labels';
import { json, startFakeServer } from '../../operator/test/fake-server.ts';
import type { FakeServer } from '../../operator/test/fake-server.ts';
import { cli, EXECUTABLE } from './cli-process.ts';

/** Logs come from kubelets, which a bare API server has none of: here a plain HTTP server takes the part of both. */
const LOGS: Readonly<Record<string, readonly string[]>> = {
  chat: [
    '2026-01-01T00:00:01.000000000Z {"level":"info","msg":"stored","traceId":"t1","userId":"u1"}',
    '2026-01-01T00:00:03.000000000Z {"level":"warn","msg":"slow","traceId":"t2","userId":"u2"}',
  ],
  gateway: [
    '2026-01-01T00:00:00.500000000Z {"level":"info","msg":"received","traceId":"t1","userId":"u1"}',
    '2026-01-01T00:00:02.000000000Z {"level":"info","msg":"delivered","traceId":"t1","userId":"u2"}',
  ],
  redis: ['2026-01-01T00:00:02.500000000Z Ready to accept connections'],
};

let server: FakeServer;
let dir: string;
let env: Record<string, string>;
const streams = new Map<string, ServerResponse>();

const pod = (component: string) => ({
  metadata: {
    name: `demo-${component}-0`,
    namespace: 'chat',
    labels: objectLabels({ name: 'demo' }, component),
  },
  spec: { containers: [{ name: component }] },
});
const list = (items: object[]) => json(200, { metadata: { resourceVersion: '1' }, items });

beforeAll(async () => {
  server = await startFakeServer();
  server.answer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const component = /\/pods\/demo-(\w+)-0\/log$/.exec(url.pathname)?.[1];
    if (component !== undefined) {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write(`${(LOGS[component] ?? []).join('\n')}\n`);
      if (url.searchParams.get('follow') !== 'true') response.end();
      else streams.set(component, response);
      return;
    }
    if (url.pathname.endsWith('/pods')) return list(Object.keys(LOGS).map(pod))(request, response);
    const platform = { metadata: { name: 'demo', namespace: 'chat', generation: 1 }, spec: {} };
    return list([platform])(request, response);
  });
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-cli-'));
  const file = join(dir, 'kubeconfig');
  await writeFile(
    file,
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'chat' } }],
      clusters: [{ name: 'c', cluster: { server: server.access.server.href } }],
      users: [{ name: 'u', user: {} }],
    }),
  );
  env = { KUBECONFIG: file };
});

afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const shown = async (...args: string[]) => {
  const { stdout, code, stderr } = await cli(['logs', ...args], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
};

describe('logs', () => {
  test('of all containers, in the order of time', async () => {
    expect(await shown()).toEqual([
      '00:00:00.500 gateway        info  received traceId=t1 userId=u1',
      '00:00:01.000 chat           info  stored traceId=t1 userId=u1',
      '00:00:02.000 gateway        info  delivered traceId=t1 userId=u2',
      '00:00:02.500 redis                Ready to accept connections',
      '00:00:03.000 chat           warn  slow traceId=t2 userId=u2',
    ]);
  });

  test('of one trace, of one user, of one component', async () => {
    const messages = async (...args: string[]) =>
      (await shown('-o', 'json', ...args)).map(
        (line) => (JSON.parse(line) as { fields: { msg: string } }).fields.msg,
      );
    expect(await messages('--trace', 't1')).toEqual(['received', 'stored', 'delivered']);
    expect(await messages('--trace', 't1', '--user', 'u2')).toEqual(['delivered']);
    expect(await messages('-c', 'chat')).toEqual(['stored', 'slow']);
  });

  test('asks for no more than --since', async () => {
    await shown('--since', '90s');
    const asked = server.requests.findLast(({ url = '' }) => url.includes('/log?'));
    expect(asked?.url).toContain('sinceSeconds=90');
    expect((await cli(['logs', '--since', 'soon'], { env })).code).toBe(64);
  });

  test('goes on with --follow until interrupted', async () => {
    const child = spawn(EXECUTABLE, ['logs', '--follow'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    });
    const output = text(child.stdout);
    const seen = (word: string) =>
      new Promise<void>((resolve) => {
        let so = '';
        child.stdout.on('data', (chunk: Buffer) => {
          so += chunk.toString();
          if (so.includes(word)) resolve();
        });
      });
    await seen('slow');
    streams.get('chat')?.write('2026-01-01T00:00:09.000000000Z {"level":"info","msg":"later"}\n');
    await seen('later');
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    expect((await output).match(/stored/g)).toHaveLength(1);
  });
});
