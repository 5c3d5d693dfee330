import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { extract } from 'tar';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { objectLabels } from '@chatplatform/operator/platform/labels';
import type { ResourceRef } from '@chatplatform/operator/runtime/object';
import { useCliBench } from './cli-bench.ts';

const { bench, run } = useCliBench();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-cli-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

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
