import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { startApiProxy } from '../../operator/test/api-proxy.ts';
import { eventually } from '../../operator/test/api-server.ts';
import { demo } from '../../operator/test/platform-bench.ts';
import { useCliBench } from './cli-bench.ts';
import { cli } from './cli-process.ts';

const { bench, run } = useCliBench();

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

  test('asks again when somebody else wrote in between', async () => {
    const namespace = await bench.server.namespace();
    await bench.client.create(CHAT_PLATFORM, demo(namespace));
    const proxy = await startApiProxy(bench.server.access);
    const dir = await mkdtemp(join(tmpdir(), 'rotate-'));
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: proxy.access.server } }],
        users: [{ name: 'u', user: {} }],
      }),
    );
    let patches = 0;
    proxy.decide(({ method }) => {
      if (method !== 'PATCH') return 'pass';
      patches += 1;
      const other = { 'chatplatform.dev/rotate': 'redis-1', 'test/written': String(patches) };
      return patches === 3 ? 'pass' : { after: bench.annotate(namespace, other) };
    });
    try {
      const asked = await cli(['rotate', 'jwt', ...at(namespace)], { env: { KUBECONFIG: kubeconfig } });
      expect(asked).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await proxy.close();
      await rm(dir, { recursive: true });
    }
    const { metadata } = (await bench.lookUp(CHAT_PLATFORM, namespace, 'demo')) ?? {};
    expect(metadata?.annotations?.['chatplatform.dev/rotate']).toMatch(/^redis-1,jwt-[\w-]+$/);
    expect(patches).toBe(3);
  });

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
