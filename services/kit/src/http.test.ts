import { request } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Express } from 'express';
import { Router } from 'express';
import { z } from 'zod';
import { requireUser } from './access.ts';
import { conflict, invalid, rateLimited, unauthenticated } from './errors.ts';
import { createApp, listen, parseWith } from './http.ts';
import type { HttpServer } from './http.ts';
import { createLogger } from './logger.ts';
import { registry } from './metrics.ts';
import { eventually } from './testing/eventually.ts';

describe('HTTP application', () => {
  const servers: HttpServer[] = [];
  const lines: Record<string, unknown>[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    lines.length = 0;
  });
  const serve = async (routes: (app: Express) => void): Promise<{ base: string; server: HttpServer }> => {
    const logger = createLogger({ service: 'test' }, { write: (line) => void lines.push(JSON.parse(line)) });
    const server = await listen(createApp({ logger, routes }), 0);
    servers.push(server);
    return { base: `http://127.0.0.1:${server.port}`, server };
  };
  const throwing = (thrown: unknown) => (app: Express) =>
    app.get('/', () => {
      throw thrown;
    });

  test.each([
    [invalid('a.b', 'no'), 400],
    [unauthenticated('a.b', 'no'), 401],
    [conflict('a.b', 'no'), 409],
    [rateLimited('a.b', 'no', 2.5), 429],
  ])('answers %s as problem details with status %i', async (error, status) => {
    const { base } = await serve(throwing(error));
    const answer = await fetch(base);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '3' : null);
    expect(await answer.json()).toMatchObject({ type: 'about:blank', status, code: 'a.b', detail: 'no' });
  });

  test('tells nothing of a failure of its own and logs it', async () => {
    const { base } = await serve(throwing(new Error('password is hunter2')));
    const answer = await fetch(base);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/hunter2|http\.test/);
    expect(JSON.stringify(lines)).toContain('hunter2');
  });

  test('logs whose request it was, by their id alone, once that is known', async () => {
    const principal = { userId: 'u-1', username: 'ada', roles: ['user'], sessionId: 's-1' };
    const verifier = { verify: async () => ({ ...principal, expiresAt: new Date() }) };
    const { base } = await serve((app) => {
      app.use(
        '/mine',
        Router().get('/', requireUser(verifier), (_req, res) => void res.send('ok')),
      );
      app.get('/open', (_req, res) => void res.send('ok'));
    });
    await fetch(`${base}/mine`, { headers: { authorization: 'Bearer secret' } });
    await fetch(`${base}/open`, { headers: { authorization: 'Bearer secret' } });
    await eventually(
      async () => lines.filter(({ msg }) => msg === 'request'),
      (found) => found.length === 2,
    );
    expect(lines.map(({ path, userId }) => [path, userId])).toEqual([
      ['/mine', 'u-1'],
      ['/open', undefined],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/ada|s-1|secret/);
  });

  test('answers 503 when a store is away', async () => {
    const { base } = await serve(throwing(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })));
    const answer = await fetch(base);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('answers a rejected handler, a wrong body and an unknown path as problems', async () => {
    const { base } = await serve((app) => {
      app.post('/', async (req, res) => {
        res.json(parseWith(z.strictObject({ name: z.string(), tags: z.array(z.string()) }), req.body));
      });
    });
    const post = (body: string) =>
      fetch(base, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const wrong = await post('{"tags":[1],"extra":1}');
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({
      code: 'request.invalid',
      errors: [{ field: 'name' }, { field: 'tags.0' }, { field: '(body)' }],
    });
    expect((await post('{"half')).status).toBe(400);
    expect((await post(JSON.stringify({ name: 'x'.repeat(300_000) }))).status).toBe(413);
    const lost = await fetch(`${base}/nowhere`);
    expect([lost.status, ((await lost.json()) as { code: string }).code]).toEqual([404, 'route.not-found']);
    expect((await fetch(`${base}/%E0%A4%A`)).status).toBe(404);
  });

  test('logs each request once, with its id and without its query', async () => {
    const { base } = await serve((app) => app.get('/files/:id', (_req, res) => void res.send('ok')));
    const answer = await fetch(`${base}/files/1?signature=secret`, {
      headers: { 'x-request-id': 'given-1' },
    });
    expect(answer.headers.get('x-request-id')).toBe('given-1');
    await eventually(
      () => lines.length,
      (n) => n === 1,
    );
    expect(lines[0]).toMatchObject({ requestId: 'given-1', method: 'GET', path: '/files/1', status: 200 });
    const other = await fetch(base, { headers: { 'x-request-id': 'a\u00e4'.repeat(50) } });
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('measures by pattern of the route, never by path', async () => {
    const { base } = await serve((app) => {
      const router = Router();
      router.get('/:thing', (_req, res) => void res.send('ok'));
      app.use('/measured', router);
    });
    await fetch(`${base}/measured/secret-id`);
    const metrics = await eventually(
      () => registry.metrics(),
      (text) => text.includes('/measured'),
    );
    expect(metrics).toContain('route="/measured/:thing",status="200"');
    expect(metrics).not.toContain('secret-id');
  });

  test('a close lets a request in flight finish and takes no new one', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let arrived = false;
    const { base, server } = await serve((app) =>
      app.get('/', async (_req, res) => {
        arrived = true;
        await held;
        res.send('finished');
      }),
    );
    const answer = fetch(base);
    await eventually(() => arrived, Boolean);
    const closed = server.close();
    const refused = new Promise((resolve) => request(base).on('error', resolve).end());
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect(await (await answer).text()).toBe('finished');
    await closed;
  });

  test('says so when the port is taken', async () => {
    const { server } = await serve(() => undefined);
    const logger = createLogger({ service: 'test', level: 'silent' });
    await expect(listen(createApp({ logger, routes: () => undefined }), server.port)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
