import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/fake-clock.ts';
import { json, startFakeServer, type FakeServer } from '../../../test/fake-server.ts';
import { eventually } from '../../../test/api-server.ts';
import { systemClock } from '../clock.ts';
import { ApiError, FencedError, TransportError } from '../errors.ts';
import { HttpTransport, type CallObservation, type HttpCall } from './http-transport.ts';

const get: HttpCall = {
  method: 'GET',
  path: '/api/v1/pods',
  verb: 'list',
  resource: 'pods',
  idempotent: true,
};
const post: HttpCall = { ...get, method: 'POST', verb: 'create', idempotent: false, body: { a: 1 } };

let server: FakeServer;
let transport: HttpTransport;
let seen: CallObservation[];

const open = (options: Partial<ConstructorParameters<typeof HttpTransport>[0]> = {}) => {
  transport = new HttpTransport({
    access: server.access,
    clock: systemClock,
    random: () => 1,
    retry: { maxAttempts: 3, baseMs: 10, maxMs: 50, longestRetryAfterMs: 2_000 },
    observe: (observation) => seen.push(observation),
    ...options,
  });
  return transport;
};

/** Answers each request with the next of `statuses`, then with 200. */
const answerWith = (statuses: number[], headers: Record<string, string> = {}) =>
  server.answer((request, response) => {
    const status = statuses.shift() ?? 200;
    json(
      status,
      { kind: 'Status', code: status, reason: 'Whatever', message: 'm' },
      headers,
    )(request, response);
  });

beforeEach(async () => {
  server = await startFakeServer();
  seen = [];
});

afterEach(async () => {
  transport.close();
  await server.close();
});

describe('HttpTransport', () => {
  test('a thousand requests in a row take one connection; at once, no more than allowed', async () => {
    open({ maxConnections: 2 });
    for (let i = 0; i < 1000; i += 1) await transport.send(get);
    expect(server.connections()).toBe(1);
    await Promise.all(Array.from({ length: 1000 }, () => transport.send(get)));
    expect(server.connections()).toBe(2);
  });

  test('there is no rate limit: a thousand writes need no time to pass', async () => {
    open({ clock: new FakeClock() });
    await Promise.all(Array.from({ length: 1000 }, () => transport.send(post)));
    expect(server.requests).toHaveLength(1000);
  });

  test('an error answer is an ApiError with reason, message and details', async () => {
    open();
    const details = {
      name: 'x',
      causes: [{ field: 'spec.replicas', message: 'must be >= 0', reason: 'Invalid' }],
    };
    server.answer(json(422, { kind: 'Status', code: 422, reason: 'Invalid', message: 'no', details }));
    const error = await transport.send(get).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', details, request: 'GET /api/v1/pods' });
    expect(server.requests).toHaveLength(1);
  });

  test("a proxy's HTML error is told by its status", async () => {
    open();
    server.answer((_request, response) => response.writeHead(403).end('<html>go away</html>'));
    await expect(transport.send(get)).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
  });

  test('429 is retried even for a create, after Retry-After', async () => {
    open();
    answerWith([429], { 'retry-after': '1' });
    const start = performance.now();
    expect((await transport.send(post)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
    expect(seen.map(({ code }) => code)).toEqual(['429', '200']);
  });

  test('a Retry-After that is too long to hold a request for is handed to the caller', async () => {
    open();
    answerWith([429], { 'retry-after': '60' });
    await expect(transport.send(get)).rejects.toMatchObject({
      status: 429,
      details: { retryAfterSeconds: 60 },
    });
  });

  test('a storm of 500 is retried a bounded number of times, and only what is idempotent', async () => {
    open();
    answerWith([500, 503]);
    expect((await transport.send(get)).status).toBe(200);
    answerWith([500, 500, 500, 500]);
    await expect(transport.send(get)).rejects.toMatchObject({ status: 500 });
    expect(server.requests).toHaveLength(6);
    answerWith([500]);
    await expect(transport.send(post)).rejects.toMatchObject({ status: 500 });
    expect(server.requests).toHaveLength(7);
  });

  test('a connection cut before the answer is retried; no server at all is a TransportError', async () => {
    open();
    let cut = true;
    server.answer((request, response) => {
      if (cut) request.socket.destroy();
      else json(200, {})(request, response);
      cut = false;
    });
    expect((await transport.send(get)).status).toBe(200);

    const dead = open({ access: { server: new URL('http://127.0.0.1:1'), namespace: 'default' } });
    const error = await dead.send(get).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a server that answers too slowly, or stops halfway, is given up', async () => {
    open({ timeoutMs: 50 });
    server.answer(() => undefined);
    await expect(transport.send(post)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    server.answer((_request, response) => response.writeHead(200).write('{"half":'));
    await expect(transport.send(post)).rejects.toBeInstanceOf(TransportError);
  });

  test('an abort ends the call with its reason, also while it waits for another attempt', async () => {
    // On a clock that stands still nothing else could end the wait.
    const clock = new FakeClock();
    open({ clock });
    answerWith([503], { 'retry-after': '1' });
    const stopping = new AbortController();
    const reason = new Error('stopping');
    const sent = transport.send({ ...get, signal: stopping.signal });
    await eventually('it was answered', () => seen.length === 1);
    stopping.abort(reason);
    await expect(sent).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test('the guard is asked before each attempt, and what it forbids is not sent', async () => {
    open();
    answerWith([429, 429], { 'retry-after': '0' });
    let asked = 0;
    const guard = (request: string) => {
      asked += 1;
      if (asked === 2) throw new FencedError(request);
    };
    await expect(transport.send({ ...post, guard })).rejects.toBeInstanceOf(FencedError);
    expect(server.requests).toHaveLength(1);
  });

  test('the guard is asked when the turn of a request has come, not when it was made', async () => {
    open({ maxConnections: 1 });
    const held: (() => void)[] = [];
    server.answer((request, response) => held.push(() => json(200, {})(request, response)));
    let leading = true;
    const guard = (request: string) => {
      if (!leading) throw new FencedError(request);
    };
    const first = transport.send({ ...post, guard });
    const second = transport.send({ ...post, guard });
    second.catch(() => undefined);
    await eventually('the first is there', () => held.length === 1);
    leading = false;
    held[0]?.();
    expect((await first).status).toBe(200);
    await expect(second).rejects.toBeInstanceOf(FencedError);
    expect(server.requests).toHaveLength(1);
    leading = true;
    const third = transport.send({ ...post, guard });
    await eventually('the next is there', () => held.length === 2);
    held[1]?.();
    expect((await third).status).toBe(200);
  });

  test('a refused token is read afresh', async () => {
    const tokens = ['old', 'new'];
    let invalidated = 0;
    open({
      access: {
        ...server.access,
        token: {
          get: () => Promise.resolve(tokens[invalidated] ?? ''),
          invalidate: () => {
            invalidated += 1;
          },
        },
      },
    });
    server.answer((request, response) => {
      const known = request.headers.authorization === 'Bearer new';
      json(known ? 200 : 401, {})(request, response);
    });
    expect((await transport.send(get)).status).toBe(200);
    expect(invalidated).toBe(1);
  });

  test('lines arrive whole whatever the chunks, and a cut stream is an error', async () => {
    open();
    server.answer((_request, response) => {
      response.writeHead(200);
      const bytes = Buffer.from('{"a":"ä"}\n\n{"b":2}\n{"cut');
      for (const byte of bytes) response.write(Buffer.from([byte]));
      setTimeout(() => response.destroy(), 20);
    });
    const lines: string[] = [];
    const read = async () => {
      for await (const line of transport.lines({ ...get, verb: 'watch' })) lines.push(line);
    };
    await expect(read()).rejects.toBeInstanceOf(TransportError);
    expect(lines).toEqual(['{"a":"ä"}', '{"b":2}']);
  });
});
