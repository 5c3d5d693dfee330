import { describe, expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition, demo } from '../test/platform-bench.ts';
import { settleOnce } from '../test/stand-in-controllers.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { KINDS } from './platform/kinds.ts';

const bench = PlatformBench.use();

describe('when something is wrong', () => {
  test('a missing Secret is named in the conditions and heals when it appears', async () => {
    const namespace = await bench.start({
      push: { enabled: true, fcm: { credentialsSecretRef: { name: 'fcm' } } },
    });
    const degraded = await eventually(
      'the condition',
      async () => {
        const status = await bench.statusOf(namespace);
        const found = condition(status, 'NotificationReady');
        return found?.reason === 'SecretMissing' && condition(status, 'WebReady')?.status === 'True'
          ? status
          : undefined;
      },
      PATIENCE_MS,
    );
    const message = condition(degraded, 'Ready')?.message ?? '';
    expect(message).toContain('Secret "fcm"');
    expect(message).toContain('service-account.json');
    expect(message).toContain('spec.push.fcm.credentialsSecretRef');
    expect(condition(degraded, 'Degraded')?.status).toBe('True');
    expect(await bench.namesOf(KINDS.deployment, namespace)).not.toContain('demo-notification');

    await bench.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'fcm', namespace },
      stringData: { 'service-account.json': '{"project_id":"p"}' },
    });
    await bench.untilReady(namespace);
    const secret = await bench.lookUp(KINDS.secret, namespace, 'demo-notification');
    const value = (secret?.['data'] as Record<string, string>)['PUSH_FCM_CREDENTIALS'] ?? '';
    expect(Buffer.from(value, 'base64').toString()).toBe('{"project_id":"p"}');
  }, 240_000);

  test('a spec that cannot work changes nothing, and is told with the remedy', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const before = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
    await bench.patch(namespace, { services: { chat: { resources: { limits: { memory: '64Mi' } } } } });
    const status = await bench.untilReason(namespace, 'Degraded', 'SpecRefused');
    const message = condition(status, 'Degraded')?.message;
    expect(message).toContain(
      'spec.services.chat.resources.limits.memory: 64Mi is less than the request, 80Mi',
    );
    expect(condition(status, 'Available')?.status).toBe('True');
    const after = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
    expect(after?.metadata.generation).toBe(before?.metadata.generation);
    await bench.patch(namespace, { services: { chat: { resources: { limits: { memory: '128Mi' } } } } });
    await bench.untilReady(namespace);
  }, 240_000);

  test('retained volumes are opened again by the passwords that were retained with them', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const password = async () =>
      ((await bench.lookUp(KINDS.secret, namespace, 'demo-mongodb'))?.['data'] as Record<string, string>)[
        'password'
      ];
    const before = await password();
    await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
    await bench.untilGone(namespace);
    await bench.client.create(CHAT_PLATFORM, demo(namespace));
    await bench.untilReady(namespace);
    expect(await password()).toBe(before);
  }, 240_000);

  test('lost credentials are not made anew over volumes that they would lock for ever', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const secret = await bench.lookUp(KINDS.secret, namespace, 'demo-credentials');
    await bench.client.delete(KINDS.secret, { namespace, name: 'demo-credentials' });
    const blocked = await eventually('the condition', async () => {
      const found = condition(await bench.statusOf(namespace), 'Degraded');
      return found?.reason === 'CredentialsLost' ? found : undefined;
    });
    expect(blocked?.message).toContain('demo-credentials');
    expect(await bench.lookUp(KINDS.secret, namespace, 'demo-credentials')).toBeUndefined();

    const { name, labels } = secret?.metadata ?? { name: '' };
    await bench.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
      data: secret?.['data'],
    });
    await bench.untilReady(namespace);
  }, 240_000);

  test('an object of somebody else with a name of ours is named, left alone, and no longer in the way once gone', async () => {
    const namespace = await bench.server.namespace();
    const foreign = { namespace, name: 'demo-redis' };
    await bench.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: foreign,
      stringData: { theirs: 'yes' },
    });
    await bench.operate(namespace);
    bench.settle(namespace);
    await bench.client.create(CHAT_PLATFORM, demo(namespace));
    const degraded = await eventually(
      'the condition',
      async () => {
        const found = condition(await bench.statusOf(namespace), 'RedisReady');
        return found?.reason === 'ApplyRefused' ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(degraded?.message).toContain('Secret');
    expect(degraded?.message).toContain('demo-redis');
    const kept = await bench.lookUp(KINDS.secret, namespace, 'demo-redis');
    expect(Object.keys(kept?.['data'] as object)).toEqual(['theirs']);

    await bench.client.delete(KINDS.secret, foreign);
    await bench.untilReady(namespace);
  }, 240_000);

  test('a port that the cluster refuses is told with the reason', async () => {
    const namespace = await bench.start({
      exposure: { type: 'NodePort', nodePort: 80, url: 'http://chat.test' },
    });
    const degraded = await eventually(
      'the condition',
      async () => {
        const found = condition(await bench.statusOf(namespace), 'ExposureReady');
        return found?.reason === 'ApplyRefused' ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(degraded?.message).toContain('provided port is not in the valid range');
    await bench.patch(namespace, { exposure: { nodePort: null } });
    await bench.untilReady(namespace);
  }, 240_000);

  test('a migration that fails stops the rollout and is told with the last lines of its log', async () => {
    const namespace = await bench.start({}, { settling: false });
    const broken = (name: string) => name.includes('-migrate-');
    let jobNames: string[] = [];
    await eventually(
      'the Jobs',
      async () => {
        await settleOnce({ client: bench.client, namespace, broken });
        jobNames = await bench.namesOf(KINDS.job, namespace);
        return jobNames.length === 6;
      },
      PATIENCE_MS,
    );
    const name = jobNames.find((job) => job.startsWith('demo-chat-migrate')) ?? '';
    const job = await bench.lookUp(KINDS.job, namespace, name);
    const { template } = job?.['spec'] as {
      template: { metadata: { labels: Record<string, string> }; spec: object };
    };
    await bench.client.create(KINDS.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-abcde`,
        namespace,
        labels: template.metadata.labels,
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name, uid: job?.metadata.uid ?? '', controller: true },
        ],
      },
      spec: template.spec,
    });
    const ended = {
      exitCode: 1,
      message: 'E11000 duplicate key',
      reason: 'Error',
      startedAt: null,
      finishedAt: null,
    };
    const containerStatus = {
      name: 'migrate',
      image: 'i',
      imageID: 'i',
      ready: false,
      restartCount: 0,
      state: { terminated: ended },
    };
    await bench.client.mergePatch(
      KINDS.pod,
      { namespace, name: `${name}-abcde` },
      { status: { phase: 'Failed', containerStatuses: [containerStatus] } },
      { subresource: 'status' },
    );
    await bench.client.mergePatch(
      KINDS.job,
      { namespace, name },
      { status: { failed: 1 } },
      { subresource: 'status' },
    );
    const failed = await eventually(
      'the condition',
      async () => {
        const found = condition(await bench.statusOf(namespace), 'MigrationsComplete');
        return found?.reason === 'MigrationFailed' ? found : undefined;
      },
      PATIENCE_MS,
    );
    expect(failed?.message).toContain('migration of chat failed: exit code 1: E11000 duplicate key');
    expect(await bench.namesOf(KINDS.deployment, namespace)).not.toContain('demo-auth');
  }, 240_000);
});
