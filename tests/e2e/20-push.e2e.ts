import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Channel } from '@chatplatform/contracts/http/chat';
import { eventually } from './support/eventually.ts';
import { type FcmRecorder, startFcmRecorder } from './support/fcm-recorder.ts';
import { conditionOf, kubectl, kubectlApply } from './support/kubectl.ts';
import { Person } from './support/person.ts';
import { patchSpec, platform } from './support/platform.ts';
import { target } from './support/target.ts';

const NODE_ADDRESS = new URL(target.url).hostname;
let recorder: FcmRecorder;

const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: target.namespace },
  stringData,
});

beforeAll(async () => {
  recorder = await startFcmRecorder(NODE_ADDRESS);
});

afterAll(async () => {
  await patchSpec({ push: null });
  await kubectl('delete', 'secret', 'fcm', 'fcm-ca', '-n', target.namespace, '--ignore-not-found');
  await recorder.stop();
});

test('a Secret that the spec refers to and that is missing is named, and its appearance heals', async () => {
  await patchSpec({
    push: {
      enabled: true,
      fcm: {
        endpoint: recorder.endpoint,
        credentialsSecretRef: { name: 'fcm' },
        caSecretRef: { name: 'fcm-ca' },
      },
    },
  });
  const condition = await eventually('a condition that names the Secret', async () =>
    (await platform()).status?.conditions?.find(
      ({ message, status, type }) =>
        message.includes('fcm') && (type === 'Ready' ? status === 'False' : status === 'True'),
    ),
  );
  expect(condition.message).toMatch(/Secret/i);

  await kubectlApply(secret('fcm', { 'service-account.json': recorder.serviceAccount }));
  await kubectlApply(secret('fcm-ca', { 'ca.crt': recorder.authority }));
  await eventually('Ready again', async () => {
    const found = await platform();
    const ready = conditionOf(found, 'Ready');
    return ready?.status === 'True' && found.status?.observedGeneration === found.metadata.generation
      ? true
      : undefined;
  });
}, 180_000);

test('somebody away with a registered device is pushed to', async () => {
  const [ada, bob] = [await Person.register('ada'), await Person.register('bob')];
  await bob.expect('POST', '/api/v1/notifications/devices', { platform: 'fcm', token: 'device-of-bob' });
  const channel = await eventually('the chat service to know both', async () => {
    const answer = await ada.request<Channel>('POST', '/api/v1/channels', { kind: 'direct', peerId: bob.id });
    return answer.status === 201 ? answer.body : undefined;
  });
  const live = await ada.connect();
  expect((await live.send(channel.id, 'wake up')).ok).toBe(true);
  ada.leave();

  const push = await eventually('the push', async () =>
    recorder.pushes.find(({ message }) => message.token === 'device-of-bob'),
  );
  expect(push.path).toBe('/v1/projects/recorded/messages:send');
  expect(push.authorization).toMatch(/^Bearer /);
  expect(push.message.notification.body).toContain('wake up');
});
