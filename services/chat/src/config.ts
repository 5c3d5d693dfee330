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
});
export type ChatConfig = z.infer<typeof schema>;

/** @throws ConfigError that names every wrong key */
export const loadChatConfig = (): ChatConfig => loadConfig(schema);
