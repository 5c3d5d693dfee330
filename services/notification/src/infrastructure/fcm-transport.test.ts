import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import type { Notification } from '../core/domain/notification.ts';
import { fcmError, startFcmRecorder } from '../testing/fcm-recorder.ts';
import type { FcmAnswer } from '../testing/fcm-recorder.ts';
import { createFcmTransport, fcmCredentials } from './fcm-transport.ts';
import type { FcmTransport } from './fcm-transport.ts';

const notification: Notification = {
  id: '0190a0a0-0000-7000-8000-000000000001',
  eventId: 'e',
  userId: 'u',
  kind: 'mention',
  title: 'Ada mentioned you',
  body: 'tea?',
  channelId: '0190a0a0-0000-7000-8000-000000000002',
  createdAt: new Date(0),
  deliveries: [],
  traceparent: null,
};

let recorder: Awaited<ReturnType<typeof startFcmRecorder>>;
let transport: FcmTransport;

beforeAll(async () => {
  recorder = await startFcmRecorder();
  transport = await createFcmTransport({
    credentials: recorder.credentials,
    endpoint: recorder.endpoint,
    ca: recorder.ca,
  });
});
afterAll(async () => {
  await transport.close();
  await recorder.close();
});

describe('FCM', () => {
  it('gets the message at its own path, signed by the service account', async () => {
    expect(await transport.send('device-token', notification)).toEqual({ kind: 'delivered' });
    const [push] = recorder.recorded;
    expect(push?.path).toBe('/v1/projects/test/messages:send');
    expect(push?.body.message).toMatchObject({
      token: 'device-token',
      notification: { title: 'Ada mentioned you', body: 'tea?' },
      data: { notificationId: notification.id, kind: 'mention', channelId: notification.channelId },
    });
    const token = push?.authorization.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(token, recorder.publicKey, {
      audience: 'https://fcm.googleapis.com/',
    });
    expect(payload.iss).toBe(recorder.credentials.client_email);
  });

  it.each<[string, FcmAnswer, object]>([
    ['a token whose app is gone', fcmError(404, 'UNREGISTERED'), { kind: 'rejected', gone: true }],
    [
      'a message it does not understand',
      fcmError(400, 'INVALID_ARGUMENT'),
      { kind: 'rejected', gone: false },
    ],
    [
      'too many messages',
      fcmError(429, 'QUOTA_EXCEEDED', { 'retry-after': '30' }),
      { kind: 'retry', retryAfterMs: 30_000 },
    ],
    ['a fault of its own', fcmError(500, 'INTERNAL'), { kind: 'retry' }],
    ['credentials the operator has to repair', fcmError(403, 'SENDER_ID_MISMATCH'), { kind: 'retry' }],
  ])('that refuses %s', async (_what, answer, outcome) => {
    recorder.answers.push(answer);
    expect(await transport.send('device-token', notification)).toMatchObject(outcome);
  });

  it('is not trusted when its certificate is not signed by the authority given', async () => {
    const other = await startFcmRecorder();
    const strict = await createFcmTransport({
      credentials: other.credentials,
      endpoint: recorder.endpoint,
      ca: other.ca,
      appName: 'strict',
    });
    const before = recorder.recorded.length;
    expect((await strict.send('device-token', notification)).kind).toBe('retry');
    expect(recorder.recorded).toHaveLength(before);
    await strict.close();
    await other.close();
  });

  it('wants the key file of a service account', () => {
    expect(fcmCredentials.safeParse('{}').error?.issues[0]?.message).toContain('service account');
    expect(fcmCredentials.safeParse(JSON.stringify(recorder.credentials)).success).toBe(true);
  });
});
