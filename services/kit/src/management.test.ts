import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpServer } from './http.ts';
import { startManagementServer } from './management.ts';
import type { ReadinessChecks } from './management.ts';
import { registry } from './metrics.ts';

describe('management server', () => {
  let server: HttpServer | undefined;
  afterEach(() => server?.close());
  const logged: unknown[][] = [];
  const logger = {
    info: (...line: unknown[]) => void logged.push(line),
    warn: (...line: unknown[]) => void logged.push(line),
  };
  const get = async (path: string, checks: ReadinessChecks = {}) => {
    server = await startManagementServer({ port: 0, registry, checks, logger });
    return fetch(`http://127.0.0.1:${server.port}${path}`);
  };

  test('what changes in its readiness is logged once, with the reason', async () => {
    let away = true;
    const store = async () => {
      if (away) throw new Error('no primary');
    };
    const { url } = await get('/readyz', { store });
    await fetch(url);
    away = false;
    await fetch(url);
    await fetch(url);
    expect(logged).toEqual([[{ checks: { store: 'no primary' } }, 'not ready'], ['ready']]);
  });

  test('lives while the process runs, whatever the stores do', async () => {
    const answer = await get('/livez', { store: () => Promise.reject(new Error('away')) });
    expect(answer.status).toBe(200);
  });

  test('is ready when every check passes', async () => {
    const answer = await get('/readyz', { store: async () => undefined });
    expect([answer.status, await answer.json()]).toEqual([200, { ready: true, checks: { store: 'ok' } }]);
  });

  test('tells which check fails and why, also one that never answers', async () => {
    const answer = await get('/readyz', {
      store: () => Promise.reject(new Error('no primary')),
      slow: () => new Promise(() => undefined),
      fine: async () => undefined,
    });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { ready: false, checks: { store: 'no primary', slow: 'no answer in 2000 ms', fine: 'ok' } },
    ]);
  });

  test('shows the metrics', async () => {
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toMatch('text/plain');
    expect(await answer.text()).toContain('process_cpu_seconds_total');
  });
});
