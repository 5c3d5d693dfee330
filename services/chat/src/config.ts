import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';

export const storeConfig = {
  MONGODB_URL: z.url({ protocol: /^mongodb(\+srv)?$/ }),
  MONGODB_DATABASE: z.string().min(1).default('chat'),
};

const schema = z.object({
  ...commonConfig,
  ...storeConfig,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Messages that are older are deleted; absent: none. */
  MESSAGE_MAX_AGE_SECONDS: z.coerce.number().int().min(3600).optional(),
  /** From the end of one look for such messages to the next. */
  MESSAGE_EXPIRY_INTERVAL_SECONDS: z.coerce.number().int().min(1).default(600),
});
export type ChatConfig = z.infer<typeof schema>;

/** @throws ConfigError that names every wrong key */
export const loadChatConfig = (): ChatConfig => loadConfig(schema);
