import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { extract } from 'tar';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { objectLabels } from '@chatplatform/operator/platform/labels';
import type { ResourceRef } from '@chatplatform/operator/runtime/object';
import { PlatformBench, condition, demo } from '../../operator/test/platform-bench.ts';
import { eventually } from '../../operator/test/api-server.ts';
import type { PlatformReport } from '../src/status/report.ts';
import { cli, EXECUTABLE } from './cli-process.ts';

const bench = PlatformBench.use();
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const run = (...args: string[]) => cli(args, { env: { KUBECONFIG: bench.server.kubeconfig } });

describe('status', () => {
  test('shows every component of a platform with its reason, for people and for programs', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const human = await run('status', '-n', namespace);
    expect(human).toMatchObject({ code: 0, stderr: '' });
    expect(human.stdout).toContain(`${namespace}/demo  Ready  0.1.0  http://chat.test:30080\n`);
    expect(human.stdout).toMatch(/[├└]─ ✓ Ready +True +Serving/);
    expect(human.stdout).toMatch(/[├└]─ ✓ chat +Ready +1\/1 +Serving/);
    expect(human.stdout).not.toMatch(/\u001b/);

    const { stdout } = await run('status', 'demo', '-n', namespace, '-o', 'json');
    const found = JSON.parse(stdout) as PlatformReport;
    expect(found).toMatchObject({ name: 'demo', ready: true, stale: false, version: { current: '0.1.0' } });
    const names = found.stages.flatMap(({ components }) => components.map(({ name }) => name));
    const { components } = (await bench.statusOf(namespace)) ?? {};
    expect(names.sort()).toEqual(components?.map(({ name }) => name).sort());
  }, 60_000);

  test('says which component waits, and what is wrong with its Pod', async () => {
    const namespace = await bench.start({}, { settling: false });
    await eventually(
      'a gate',
      async () => condition(await bench.statusOf(namespace), 'Progressing')?.reason === 'WaitingAtGate',
    );
    const metadata = { name: 'demo-redis-0', namespace, labels: objectLabels({ name: 'demo' }, 'redis') };
    const spec = { containers: [{ name: 'redis', image: 'redis' }] };
    await bench.client.create(KINDS.pod, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    const containerStatuses = [
      { name: 'redis', image: 'redis', imageID: '', ready: false, restartCount: 0, state: { waiting } },
    ];
    await bench.client.mergePatch(
      KINDS.pod,
      { namespace, name: 'demo-redis-0' },
      { status: { containerStatuses } },
      { subresource: 'status' },
    );
    const { stdout } = await run('status', '-n', namespace);
    expect(stdout).toContain('not Ready');
    expect(stdout).toContain('demo-redis-0: ImagePullBackOff');
    expect(stdout).toMatch(/· chat +Waiting/);
  }, 60_000);
});

test('pause and resume: once, twice, and nothing is left behind in the spec', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const at = ['demo', '-n', namespace];
  expect((await run('pause', ...at)).stdout).toBe(`${namespace}/demo paused\n`);
  await bench.untilReason(namespace, 'Paused', 'PausedBySpec');
  expect(await run('pause', ...at)).toMatchObject({
    code: 0,
    stdout: `${namespace}/demo is paused already\n`,
  });
  expect((await run('resume', ...at)).stdout).toBe(`${namespace}/demo resumed\n`);
  await bench.untilReason(namespace, 'Paused', 'NotPaused');
  const stored = await bench.lookUp(CHAT_PLATFORM, namespace, 'demo');
  expect(stored?.['spec']).toEqual(demo(namespace)['spec']);
}, 60_000);

describe('rotate', () => {
  const at = (namespace: string) => ['-n', namespace];

  test('asks for a rotation and follows it to its end, beside what was asked for before', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const asked = await run('rotate', 'jwt', ...at(namespace));
    expect(asked).toMatchObject({ code: 0, stdout: `${namespace}/demo rotation of jwt requested\n` });

    const waiting = run('rotate', 'redis', '--platform=demo', '--wait', ...at(namespace));
    await eventually('it begins', async () => (await bench.statusOf(namespace))?.rotations?.length === 2);
    let ended = false;
    const passing = (async () => {
      while (!ended) {
        await bench.passTime(namespace, 60_000);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    const followed = await waiting.finally(() => (ended = true));
    await passing;
    expect(followed).toMatchObject({ code: 0 });
    expect(followed.stdout).toContain(`${namespace}/demo redis rotated\n`);
    expect(followed.stderr).toMatch(/redis: Done since /);
    const { metadata } = (await bench.lookUp(CHAT_PLATFORM, namespace, 'demo')) ?? {};
    expect(metadata?.annotations?.['chatplatform.dev/rotate']).toMatch(/^jwt-[\w-]+,redis-[\w-]+$/);
  }, 120_000);

  test('says why it cannot, and what to do', async () => {
    const namespace = await bench.server.namespace();
    const external = { host: 'redis.example.org', secretRef: { name: 'redis' } };
    await bench.client.create(
      CHAT_PLATFORM,
      demo(namespace, { paused: true, stores: { redis: { external } } }),
    );
    expect(await run('rotate', 'redis', ...at(namespace))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/redis is not run by this platform\nwhat to do: change its Secret/),
    });
    expect(await run('rotate', 'jwt', '--wait', ...at(namespace))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('kubectl chatplatform resume demo'),
    });
    expect(await run('rotate', 'jwt', ...at(namespace))).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('paused'),
    });
    expect(await run('rotate', 'passwords', ...at(namespace))).toMatchObject({ code: 64 });
    expect(await run('rotate', 'jwt', '--wait', '--timeout=soon', ...at(namespace))).toMatchObject({
      code: 64,
    });
    // No operator runs here: what is waited for is said when time is up.
    await bench.patch(namespace, { paused: null });
    expect(await run('rotate', 'jwt', '--wait', '--timeout=1s', ...at(namespace))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not done in time: jwt: waits for the operator to begin'),
    });
  }, 60_000);

  test("reaches the operator's certificate by its Deployment", async () => {
    const namespace = await bench.server.namespace();
    const labels = {
      'app.kubernetes.io/name': 'chatplatform-operator',
      'app.kubernetes.io/component': 'operator',
    };
    const env = [
      { name: 'WATCH_NAMESPACE', value: namespace },
      { name: 'WEBHOOK_SERVICE', value: 'hook' },
    ];
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: 'operator', image: 'operator:0.1.0', env }] },
    };
    const operator = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'operator', namespace, labels },
      spec: { selector: { matchLabels: labels }, template },
    };
    await bench.client.create(KINDS.deployment, operator);
    const missing = await run('rotate', 'webhook-certificate', ...at(namespace));
    expect(missing).toMatchObject({ code: 1 });
    const metadata = { name: 'hook', namespace };
    await bench.client.create(KINDS.secret, { apiVersion: 'v1', kind: 'Secret', metadata });
    const waiting = run('rotate', 'webhook-certificate', '--wait', ...at(namespace));
    await eventually('the Secret bears the request', async () => {
      const secret = await bench.lookUp(KINDS.secret, namespace, 'hook');
      return secret?.metadata.annotations?.['chatplatform.dev/rotate'] !== undefined;
    });
    await bench.client.mergePatch(KINDS.secret, metadata, {
      metadata: { annotations: { 'chatplatform.dev/rotate': null } },
    });
    expect(await waiting).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('webhook-certificate rotated'),
    });
  }, 60_000);
});

test('events tell what has happened, and warnings can be seen apart', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const found = await eventually('the event', async () => {
    const { stdout } = await run('events', '-n', namespace);
    return stdout.includes('ChatPlatform/demo') ? stdout : undefined;
  });
  expect(found).toMatch(/Normal +Ready +ChatPlatform\/demo +serving at http:\/\/chat.test:30080/);
  expect((await run('events', '-n', namespace, '--warnings', '-o', 'json')).stdout).toBe('[]\n');
}, 60_000);

test('version tells of the client, the platforms, and of a platform that nobody looks after', async () => {
  const namespace = await bench.server.namespace();
  await bench.client.create(CHAT_PLATFORM, demo(namespace, { paused: true }));
  const { stdout, code } = await run('version');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^client +0\.1\.0$/m);
  expect(stdout).toContain(`no operator looks after platform ${namespace}/demo`);
}, 30_000);

describe('report', () => {
  /** Each is looked for in every file of the bundle. */
  const PLANTED = {
    secret: 'pl4nted-in-a-secret',
    environment: 'pl4nted-in-env',
    argument: 'pl4nted-in-args',
    annotation: 'pl4nted-in-annotation',
    manifest: 'pl4nted-in-last-applied',
    event: 'pl4nted-in-event',
    status: 'pl4nted-in-status',
  };

  const silentNodes: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const remove of silentNodes.splice(0)) await remove();
  });

  test('has everything but the secrets', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    await bench.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'foreign', namespace },
      data: { password: Buffer.from(PLANTED.secret).toString('base64') },
    });
    const nodeName = await silentNode();
    await bench.client.create(KINDS.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'demo-chat-0',
        namespace,
        labels: objectLabels({ name: 'demo' }, 'chat'),
        annotations: {
          'example.org/api-token': PLANTED.annotation,
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
            spec: { password: PLANTED.manifest },
          }),
        },
      },
      spec: {
        nodeName,
        containers: [
          {
            name: 'chat',
            image: 'chat',
            command: ['sh', '-c', `PGPASSWORD=${PLANTED.environment} psql`],
            args: ['--password', PLANTED.argument],
            env: [{ name: 'API_TOKEN', value: PLANTED.environment }],
          },
        ],
      },
    });
    await bench.client.mergePatch(
      KINDS.pod,
      { namespace, name: 'demo-chat-0' },
      { status: { message: `connect amqp://user:${PLANTED.status}@rabbit: ${PLANTED.secret}` } },
      { subresource: 'status' },
    );
    const time = new Date().toISOString().replace('Z', '000Z');
    await bench.client.create(
      { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true },
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'planted', namespace },
        eventTime: time,
        reportingController: 'test',
        reportingInstance: 'test',
        action: 'Test',
        type: 'Warning',
        reason: 'Planted',
        note: `login with token=${PLANTED.event} failed`,
        regarding: { kind: 'Pod', name: 'demo-chat-0', namespace },
      },
    );

    const file = join(dir, 'report.tar.gz');
    const { code, stdout, stderr } = await run('report', '-n', namespace, '--file', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
    expect((await stat(file)).mode & 0o077).toBe(0);
    // Nothing answers where the Pod's node should be: its logs are a gap, and that is said.
    expect(stderr).toContain('could not be read');

    const files = await unpacked(file);
    const names = [...files.keys()].map((path) => path.split('/').slice(1).join('/'));
    expect(names).toEqual(
      expect.arrayContaining([
        'README.txt',
        'status.txt',
        'gaps.txt',
        'objects/ChatPlatform/demo.yaml',
        'objects/Deployment/demo-chat.yaml',
        'objects/Secret/demo-credentials.yaml',
        'objects/Pod/demo-chat-0.yaml',
        'objects/Event/planted.yaml',
      ]),
    );
    const whole = [...files.values()].join('\n');
    expect(whole).toContain('redisPassword: (redacted)');
    const { items } = await bench.client.list(KINDS.secret, { namespace });
    const values = items.flatMap((secret) => Object.values((secret['data'] ?? {}) as Record<string, string>));
    const plain = values.map((value) => Buffer.from(value, 'base64').toString());
    const secrets = [...Object.values(PLANTED), ...values, ...plain].filter((value) => value.length >= 8);
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((value) => whole.includes(value))).toEqual([]);
  }, 90_000);

  /** A node on which no kubelet listens. */
  async function silentNode(): Promise<string> {
    const name = 'silent';
    const nodes: ResourceRef = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
    await bench.client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    silentNodes.push(() => bench.client.delete(nodes, { namespace: '', name }));
    const addresses = [{ type: 'InternalIP', address: '127.0.0.1' }];
    const daemonEndpoints = { kubeletEndpoint: { Port: 1 } };
    await bench.client.mergePatch(
      nodes,
      { namespace: '', name },
      { status: { addresses, daemonEndpoints } },
      { subresource: 'status' },
    );
    return name;
  }

  async function unpacked(file: string): Promise<Map<string, string>> {
    const target = await mkdtemp(join(dir, 'unpacked-'));
    await extract({ file, cwd: target });
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = await Promise.all(
      files.map(async (path): Promise<[string, string]> => [
        path.slice(target.length + 1),
        await readFile(path, 'utf8'),
      ]),
    );
    return new Map(texts);
  }
});

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

test('works by a symbolic link on the PATH, as plugins are installed', async () => {
  const link = join(dir, 'kubectl-chatplatform');
  await symlink(EXECUTABLE, link);
  const { stdout } = await promisify(execFile)(link, ['version', '--client', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ client: '0.1.0' });
});

test('completes in the way that kubectl asks for it', async () => {
  const { stdout } = await run('__complete', 'status', '--w');
  expect(stdout).toBe('--watch\tShow it again whenever it changes.\n:4\n');
});
