import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../infra/local/src/stores/network.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connectTestApiServer, eventually, lookUp, type TestApiServer } from '../test/api-server.ts';
import { installCrd } from '../test/platform-operator.ts';
import { LEASES } from './runtime/leader/lease.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

let server: TestApiServer;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installCrd(server);
}, 60_000);

afterAll(() => server.close());

const launch = (env: Record<string, string>): { child: ChildProcess; output: Promise<string> } => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], KUBECONFIG: server.kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, output: text(child.stdout) };
};

const fetchText = (url: string): Promise<string | undefined> =>
  fetch(url).then(
    (response) => (response.ok ? response.text() : undefined),
    () => undefined,
  );

describe('the operator as a process', () => {
  test('gets ready, leads, sends spans, and gives the lease up when asked to stop', async () => {
    const namespace = await server.namespace();
    const port = await freePort();
    const spans: string[] = [];
    const collector = createServer((request, response) => {
      spans.push(request.url ?? '');
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');

    const { child, output } = launch({
      WATCH_NAMESPACE: namespace,
      POD_NAMESPACE: namespace,
      METRICS_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    });
    try {
      await eventually('it is ready', () => fetchText(`http://127.0.0.1:${port}/readyz`), 20_000);
      await eventually('it leads', async () =>
        (await fetchText(`http://127.0.0.1:${port}/metrics`))?.includes('operator_leader 1'),
      );
      await server.client.create(
        {
          apiVersion: 'chatplatform.dev/v1alpha1',
          kind: 'ChatPlatform',
          plural: 'chatplatforms',
          namespaced: true,
        },
        {
          apiVersion: 'chatplatform.dev/v1alpha1',
          kind: 'ChatPlatform',
          metadata: { namespace, name: 'demo' },
          spec: { paused: true },
        },
      );
      await eventually('it reconciles', async () => {
        const metrics = await fetchText(`http://127.0.0.1:${port}/metrics`);
        return /operator_reconcile_total\{[^}]*result="success"\} [1-9]/.test(metrics ?? '');
      });
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      collector.close();
    }
    expect(spans).toContain('/v1/traces');
    const lease = await lookUp(server, LEASES, namespace, 'chatplatform-operator');
    expect(lease?.['spec']).toMatchObject({ holderIdentity: '' });
    const lines = (await output).trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service: 'chatplatform-operator' });
  }, 60_000);

  test('a wrong setting ends it with one line that names the setting', async () => {
    const { child, output } = launch({ METRICS_PORT: 'http' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    const lines = (await output).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('METRICS_PORT');
  });

  test('without a way into a cluster it says what to set', async () => {
    const { child, output } = launch({ KUBECONFIG: '' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await output).toContain('set KUBECONFIG');
  });
});
