import { commonConfig } from '@chatplatform/kit/config';
import { z } from 'zod';

const mongoConfig = {
  MONGODB_URL: z.url({ protocol: /^mongodb(\+srv)?$/ }),
  MONGODB_DATABASE: z.string().min(1).default('user'),
} as const;

/** What `migrate` needs: the database and nothing else. */
export const migrateConfig = z.object(mongoConfig);

export const userConfig = z.object({ ...commonConfig, ...mongoConfig });
