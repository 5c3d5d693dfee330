import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDnsStub } from '../../../test/dns-stub.ts';
import type { DnsStub } from '../../../test/dns-stub.ts';
import { platformOf } from '../../../test/platform-of.ts';
import { findProgram } from '../../../test/programs.ts';
import { SERVICE_NAMES } from '../../api/index.ts';
import { nginxConfig } from './nginx.ts';

/** An nginx with the modules of Debian's nginx-light. */
const binary = findProgram('nginx', 'NGINX_BINARY');

let folder: string;
let dns: DnsStub;
let nginx: ChildProcess;
let edge: string;
const upstreams: http.Server[] = [];
let upstreamPort: number;

/** Answers with what it was asked, so that a test sees what passed through the edge. */
async function startUpstream(name: string, address: string): Promise<void> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks).length;
      response.end(JSON.stringify({ service: name, url: request.url, headers: request.headers, bytes }));
    });
  });
  server.on('upgrade', (request, socket) => {
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Host: ${request.headers.host ?? ''}\r\n\r\n`,
    );
  });
  server.listen(upstreamPort, address);
  await once(server, 'listening');
  upstreams.push(server);
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const addressOf = (index: number) => `127.0.3.${index + 1}`;

async function startEdge(): Promise<void> {
  const port = await freePort();
  const platform = platformOf(
    { profile: 'Development', exposure: { type: 'NodePort' } },
    {
      cluster: {
        dnsServer: dns.address,
        dnsDomain: 'cluster.local',
        serves: { podMonitor: false, prometheusRule: false },
        nodeAddress: undefined,
      },
    },
  );
  const config = nginxConfig(platform, false)
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll(':8080;', `:${upstreamPort};`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('/usr/share/nginx/html', join(folder, 'html'))
    .replace('/etc/nginx/mime.types', join(folder, 'mime.types'))
    .replace('/dev/stdout', join(folder, 'access.log'));
  await mkdir(join(folder, 'html'), { recursive: true });
  await writeFile(join(folder, 'mime.types'), 'types { text/html html; application/javascript js; }\n');
  await writeFile(join(folder, 'html/index.html'), '<p>client</p>');
  await writeFile(join(folder, 'html/main-ABCD1234.js'), 'client()');
  await writeFile(join(folder, 'nginx.conf'), config);
  nginx = spawn(binary ?? '', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  edge = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`${edge}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    if (nginx.exitCode !== null) throw new Error(`nginx ended with code ${nginx.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not answer');
}

interface Echo {
  service: string;
  url: string;
  headers: Record<string, string>;
  bytes: number;
}

const echo = async (path: string, init?: RequestInit) =>
  (await (await fetch(`${edge}${path}`, init)).json()) as Echo;

/** Without the clean-up that fetch does of a path. */
const rawStatus = (path: string) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(edge);
    http
      .get({ hostname, port, path }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on('error', reject);
  });

(binary === undefined ? describe.skip : describe)('the edge (needs nginx)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-'));
    // Started by root, nginx serves as nobody.
    await chmod(folder, 0o755);
    dns = await startDnsStub();
    upstreamPort = await freePort();
    for (const [index, name] of SERVICE_NAMES.entries()) {
      dns.records.set(`demo-${name}.chatplatform.svc.cluster.local`, addressOf(index));
      await startUpstream(name, addressOf(index));
    }
    await startEdge();
  }, 30_000);

  afterAll(async () => {
    if (nginx.exitCode === null && nginx.kill('SIGQUIT')) await once(nginx, 'exit');
    for (const server of upstreams) {
      server.closeAllConnections();
      server.close();
    }
    await dns.close();
    await rm(folder, { recursive: true });
  });

  test.each([
    ['/api/v1/auth/login', 'auth'],
    ['/.well-known/jwks.json', 'auth'],
    ['/api/v1/users/me', 'user'],
    ['/api/v1/friends', 'user'],
    ['/api/v1/channels/abc/messages?afterSeq=1', 'chat'],
    ['/api/v1/live/channels/abc/presence', 'gateway'],
    ['/api/v1/media', 'media'],
    ['/media/abc/thumbnail', 'media'],
    ['/api/v1/notifications/devices', 'notification'],
    ['/api/v1/analytics/messages', 'analytics'],
    ['/socket.io/?EIO=4', 'gateway'],
  ])('hands %s to %s, unchanged', async (path, service) => {
    expect(await echo(path)).toMatchObject({ service, url: path });
  });

  test('tells services who calls, and does not believe the caller about it', async () => {
    for (const path of ['/api/v1/users/me', '/socket.io/?EIO=4']) {
      const { headers } = await echo(path, {
        headers: { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7' },
      });
      expect(headers).toMatchObject({
        host: new URL(edge).host,
        'x-forwarded-for': '127.0.0.1',
        'x-real-ip': '127.0.0.1',
        'x-forwarded-proto': 'http',
      });
    }
  });

  test('passes the trace on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await echo('/api/v1/channels', { headers: { traceparent } })).headers['traceparent']).toBe(
      traceparent,
    );
  });

  test('upgrades Socket.IO connections', async () => {
    const { hostname, port, host } = new URL(edge);
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const request = http.request({ hostname, port, path: '/socket.io/?EIO=4&transport=websocket', headers });
    request.end();
    const [response] = (await once(request, 'upgrade')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(101);
    expect(response.headers['x-host']).toBe(host);
  });

  test('keeps what services say to one another closed', async () => {
    for (const path of [
      '/internal/presence',
      '/api/v1/users/../../../internal/presence',
      '/api/v1/users/..%2f..%2f..%2finternal/presence',
      '/internal/..%2fsocket.io/',
      '//internal/presence',
      '/api/v1/unknown',
    ]) {
      expect([path, await rawStatus(path)]).toEqual([path, 404]);
    }
  });

  test('takes uploads of 10 MiB, and nothing near that elsewhere', async () => {
    const body = Buffer.alloc(10 * 2 ** 20);
    expect(await echo('/api/v1/media', { method: 'POST', body })).toMatchObject({ bytes: body.length });
    const refused = await fetch(`${edge}/api/v1/channels`, { method: 'POST', body });
    expect(refused.status).toBe(413);
  });

  test('serves the client, also for addresses that only the client knows', async () => {
    for (const path of ['/', '/channels/abc']) {
      const answer = await fetch(`${edge}${path}`);
      expect(await answer.text()).toBe('<p>client</p>');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    const script = await fetch(`${edge}/main-ABCD1234.js`);
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${edge}/main-MISSING12.js`)).status).toBe(404);
  });

  test('follows a Service that was made anew at another address', async () => {
    await startUpstream('chat-made-anew', '127.0.3.99');
    dns.records.set('demo-chat.chatplatform.svc.cluster.local', '127.0.3.99');
    const deadline = performance.now() + 10_000;
    let service = '';
    while (service !== 'chat-made-anew' && performance.now() < deadline) {
      ({ service } = await echo('/api/v1/channels'));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(service).toBe('chat-made-anew');
  });
});
