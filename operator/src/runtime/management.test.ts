import { afterEach, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { startManagementServer, type ManagementServer } from './management.ts';
import { RuntimeMetrics } from './metrics.ts';

let server: ManagementServer | undefined;

afterEach(() => server?.close());

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${server?.port}${path}`);
  return { status: response.status, text: await response.text() };
};

test('liveness, readiness and metrics, with zeros from the start', async () => {
  const registry = new Registry();
  const metrics = new RuntimeMetrics(registry);
  metrics.initController('things');
  metrics.initResource('pods');
  let synced = false;
  server = await startManagementServer({
    port: 0,
    registry,
    live: {},
    ready: { 'caches-synced': () => synced },
  });
  expect((await get('/livez')).status).toBe(200);
  expect(await get('/readyz')).toEqual({ status: 503, text: '[-] caches-synced\n' });
  synced = true;
  expect(await get('/readyz?verbose')).toEqual({ status: 200, text: '[+] caches-synced\n' });
  expect((await get('/other')).status).toBe(404);
  const { text } = await get('/metrics');
  expect(text).toContain('operator_reconcile_total{controller="things",result="error"} 0');
  expect(text).toContain('operator_watch_restarts_total{resource="pods",reason="gone"} 0');
  expect(text).toContain('operator_leader 0');
});
