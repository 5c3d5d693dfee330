import { createLogger } from '@chatplatform/kit/logger';
import { stopInReverse } from '@chatplatform/kit/service';
import type { StopHook } from '@chatplatform/kit/service';
import type { ChatConfig } from '../config.ts';
import { startChat } from '../chat-service.ts';

export const INTERNAL_TOKEN_KEY = Buffer.alloc(32, 7).toString('base64');

export interface ChatInstance {
  readonly url: string;
  readonly managementUrl: string;
  stop(): Promise<void>;
}

export type StoreUrls = Pick<
  ChatConfig,
  'MONGODB_URL' | 'MONGODB_DATABASE' | 'REDIS_URL' | 'AMQP_URL' | 'JWKS_URL'
>;

/** One Pod of the service within the test's process. `name` names its queue: Pods of one service share it. */
export async function startChatInstance(
  name: string,
  urls: StoreUrls,
  settings: Partial<ChatConfig> = {},
): Promise<ChatInstance> {
  const hooks: StopHook[] = [];
  const logger = createLogger({ service: name, level: 'silent' });
  const { port, managementPort } = await startChat(
    { name, logger, onStop: (hook) => hooks.push(hook) },
    {
      ...urls,
      HTTP_PORT: 0,
      MANAGEMENT_PORT: 0,
      LOG_LEVEL: 'silent',
      PUBLIC_URL: 'http://chat.example',
      JWT_ISSUER: 'chatplatform',
      JWT_AUDIENCE: 'chatplatform',
      INTERNAL_TOKEN_KEY,
      SHUTDOWN_GRACE_SECONDS: 5,
      MESSAGE_EXPIRY_INTERVAL_SECONDS: 600,
      ...settings,
    },
  );
  return {
    url: `http://127.0.0.1:${port}`,
    managementUrl: `http://127.0.0.1:${managementPort}`,
    stop: async () => void (await stopInReverse(hooks, { graceMs: 5_000, logger })),
  };
}
