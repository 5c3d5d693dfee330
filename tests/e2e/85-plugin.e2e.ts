import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Channel } from '@chatplatform/contracts/http/chat';
import { eventually } from './support/eventually.ts';
import { conditionOf, getJson, kubectl } from './support/kubectl.ts';
import { Person } from './support/person.ts';
import { patchSpec, platform } from './support/platform.ts';
import { planOf, plugin, startPlugin } from './support/plugin.ts';
import { target } from './support/target.ts';

/** `kubectl chatplatform` as a person has it, on a platform that runs. */
const execute = promisify(execFile);
const SERVICES = ['auth', 'user', 'chat', 'notification', 'media', 'gateway', 'analytics'];

interface Change {
  action: string;
  kind: string;
  name: string;
  scale?: { from: number; to: number };
  restart?: unknown;
}
interface Plan {
  changes: boolean;
  steps: { changes: Change[] }[];
  problems: string[];
}
const changesOf = (stdout: string) => (JSON.parse(stdout) as Plan).steps.flatMap(({ changes }) => changes);

interface Line {
  component: string;
  time: string;
  fields: { msg: string; traceId?: string; userId?: string; path?: string };
}
const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-plugin-'));
});
afterAll(async () => {
  await patchSpec({ paused: null });
  await rm(dir, { recursive: true, force: true });
});

test('status shows every service of the platform serving, and no colours in a pipe', async () => {
  const human = await eventually('Ready', async () => {
    const { code, stdout } = await plugin(['status']);
    return code === 0 && stdout.includes(`${target.namespace}/${target.name}  Ready`) ? stdout : undefined;
  });
  expect(human).toContain(target.url);
  for (const name of SERVICES) expect(human).toMatch(new RegExp(`✓ ${name} +Ready +(\\d+)/\\1 `));
  expect(human).not.toContain('\u001b');
});

test('version knows the operator that runs, and finds nothing that does not fit', async () => {
  const { stdout } = await execute('kubectl', ['chatplatform', 'version', '-o', 'json']);
  const found = JSON.parse(stdout) as { client: string; operators: { version: string }[]; skew: string[] };
  expect(found.operators.map(({ version }) => version)).toEqual([found.client]);
  expect(found.skew).toEqual([]);
});

describe('logs', () => {
  test('follow one message by its trace, and what was done for one person', async () => {
    const [ada, bob] = [await Person.register('ada'), await Person.register('bob')];
    const channel = await eventually('the chat service to know both', async () => {
      const answer = await ada.request<Channel>('POST', '/api/v1/channels', {
        kind: 'direct',
        peerId: bob.id,
      });
      return answer.status === 201 ? answer.body : undefined;
    });
    const traceId = randomBytes(16).toString('hex');
    const live = await ada.connect();
    const ack = await live.send(channel.id, 'hello', {
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    });
    expect(ack.ok).toBe(true);
    ada.leave();

    const traced = await eventually('the message in the logs', async () => {
      const { stdout } = await plugin(['logs', '--since=2m', `--trace=${traceId}`, '-o', 'json']);
      const lines = linesOf(stdout);
      return lines.some(({ component }) => component === 'chat') ? lines : undefined;
    });
    expect(new Set(traced.map(({ fields }) => fields.traceId))).toEqual(new Set([traceId]));
    expect(traced.some(({ fields }) => fields.path?.includes(channel.id))).toBe(true);
    expect(traced.map(({ time }) => time)).toEqual(traced.map(({ time }) => time).sort());

    await bob.expect('GET', `/api/v1/channels/${channel.id}`);
    const about = await eventually('the e-mail to bob, and his request, in the logs', async () => {
      const { stdout } = await plugin(['logs', '--since=2m', `--user=${bob.id}`, '-o', 'json']);
      const lines = linesOf(stdout);
      const said = new Set(lines.map(({ fields }) => fields.msg));
      return said.has('delivered') && said.has('request') ? lines : undefined;
    });
    expect(about.find(({ fields }) => fields.msg === 'request')?.fields.userId).toBe(bob.id);
    expect(about.find(({ fields }) => fields.msg === 'delivered')).toMatchObject({
      component: 'notification',
      fields: { userId: bob.id },
    });
  });

  test('go on as more is said, until interrupted', async () => {
    const child = startPlugin('logs', '--follow', '--since=1s', '--component=auth', '-o', 'json');
    const lines = createInterface({ input: child.stdout });
    const nobody = `nobody-${randomBytes(4).toString('hex')}`;
    const heard = new Promise<Line>((resolve) =>
      lines.on('line', (text) => {
        const line = JSON.parse(text) as Line;
        if (line.fields.path?.includes(nobody)) resolve(line);
      }),
    );
    let over = false;
    const asking = (async () => {
      while (!over) {
        await fetch(`${target.url}/api/v1/auth/${nobody}`).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    const exit = once(child, 'exit');
    try {
      expect(await heard).toMatchObject({ component: 'auth', fields: { msg: 'request' } });
    } finally {
      over = true;
      await asking;
      child.kill('SIGINT');
    }
    expect(await exit).toEqual([0, null]);
  });
});

test('events tell that the platform came to serve', async () => {
  const { code, stdout } = await plugin(['events', '-o', 'json']);
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as { kind: string; name: string; reason: string; note: string }[];
  expect(found).toContainEqual(
    expect.objectContaining({
      kind: 'ChatPlatform',
      name: target.name,
      reason: 'Ready',
      note: expect.stringContaining(target.url),
    }),
  );
  expect(found.some(({ kind }) => kind === 'Pod')).toBe(true);
});

test('a report has the logs of every service and of the operator, and the value of no Secret', async () => {
  const file = join(dir, 'report.tar.gz');
  expect(await plugin(['report', `--file=${file}`])).toMatchObject({ code: 0, stdout: `${file}\n` });
  const { stdout: names } = await execute('tar', ['-tzf', file]);
  for (const name of SERVICES) {
    expect(names).toMatch(new RegExp(`/logs/${target.name}-${name}-[^/]+/${name}\\.log$`, 'm'));
  }
  expect(names).toMatch(/\/logs\/chatplatform-operator-[^/]+\/operator\.log$/m);
  const { stdout: everything } = await execute('tar', ['-xzOf', file], { maxBuffer: 256 * 1024 * 1024 });
  const { items } = await getJson<{ items: { data?: Record<string, string> }[] }>(
    'secrets',
    '-n',
    target.namespace,
  );
  const encoded = items.flatMap(({ data = {} }) => Object.values(data));
  const values = [...encoded, ...encoded.map((value) => Buffer.from(value, 'base64').toString())];
  const secrets = values.filter((value) => value.length >= 8);
  expect(secrets.length).toBeGreaterThan(20);
  expect(secrets.filter((value) => everything.includes(value)).length).toBe(0);
});

test('connect makes the client and Jaeger reachable from this machine, for as long as it runs', async () => {
  const child = startPlugin('connect', '--only=client,jaeger', '--no-browser');
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exit = once(child, 'exit');
  const addresses = new Map<string, string>();
  const reachable = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [name = '', address = ''] = line.split(/\s+/);
      addresses.set(name, address);
      if (addresses.size === 2) resolve();
    });
    void exit.then(([code]) => reject(new Error(`connect ended with ${String(code)}: ${said}`)));
  });
  try {
    await reachable;
    const [page, original] = await Promise.all(
      [addresses.get('client') ?? '', target.url].map(async (url) => (await fetch(url)).text()),
    );
    expect(page).toContain('<chp-root');
    expect(page).toBe(original);
    const jaeger = (await (await fetch(`${addresses.get('jaeger') ?? ''}/api/services`)).json()) as {
      data: string[];
    };
    expect(jaeger.data).toContain('chat');
  } finally {
    child.kill('SIGINT');
  }
  expect(await exit).toEqual([0, null]);
  await expect(fetch(addresses.get('client') ?? '')).rejects.toThrow();
});

describe('plan', () => {
  test('of a file names what it would touch, and touches nothing', async () => {
    const before = await platform();
    const services = (before.spec['services'] ?? {}) as Record<string, object>;
    const { code, stdout, stderr } = await planOf({
      apiVersion: 'chatplatform.dev/v1alpha1',
      kind: 'ChatPlatform',
      metadata: { name: target.name, namespace: target.namespace },
      spec: { ...before.spec, services: { ...services, user: { ...services['user'], replicas: 2 } } },
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const deployments = changesOf(stdout).filter(({ kind }) => kind === 'Deployment');
    expect(deployments).toEqual([
      expect.objectContaining({ action: 'update', name: `${target.name}-user`, scale: { from: 1, to: 2 } }),
    ]);
    expect(deployments[0]).not.toHaveProperty('restart');
    expect((await platform()).metadata.generation).toBe(before.metadata.generation);
  });

  test('finds nothing to do; what is undone by hand while paused is planned, and comes back on resume', async () => {
    expect(await plugin(['plan', '-o', 'json'])).toMatchObject({ code: 0, stderr: '' });
    const service = `${target.name}-mail`;

    expect((await plugin(['pause'])).stdout).toBe(`${target.namespace}/${target.name} paused\n`);
    await eventually('Paused', async () =>
      conditionOf(await platform(), 'Paused')?.status === 'True' ? true : undefined,
    );
    await kubectl('delete', 'service', service, '-n', target.namespace);
    const planned = await plugin(['plan', '-o', 'json']);
    expect(planned.code).toBe(2);
    expect(changesOf(planned.stdout)).toEqual([
      expect.objectContaining({ action: 'create', kind: 'Service', name: service }),
    ]);

    expect((await plugin(['resume'])).stdout).toBe(`${target.namespace}/${target.name} resumed\n`);
    await eventually('the Service', async () => kubectl('get', 'service', service, '-n', target.namespace));
    await eventually('nothing left to do', async () =>
      (await plugin(['plan'])).code === 0 ? true : undefined,
    );
    expect((await platform()).spec).not.toHaveProperty('paused');
  });
});
