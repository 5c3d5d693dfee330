import type { NotificationConfig } from '../config.ts';
import { createFcmTransport } from './fcm-transport.ts';
import type { FcmTransport } from './fcm-transport.ts';

/** Deliveries left from a time when push was on end here, with the reason, when it is off. */
const pushIsOff: FcmTransport = {
  send: async () => ({ kind: 'rejected', reason: 'push is switched off', gone: false }),
  close: async () => undefined,
};

export async function createPushTransport(
  config: Pick<
    NotificationConfig,
    'PUSH_ENABLED' | 'PUSH_FCM_CREDENTIALS' | 'PUSH_FCM_ENDPOINT' | 'PUSH_FCM_CA'
  >,
): Promise<FcmTransport> {
  if (!config.PUSH_ENABLED || config.PUSH_FCM_CREDENTIALS === undefined) return pushIsOff;
  return createFcmTransport({
    credentials: config.PUSH_FCM_CREDENTIALS,
    endpoint: config.PUSH_FCM_ENDPOINT,
    ca: config.PUSH_FCM_CA,
  });
}
