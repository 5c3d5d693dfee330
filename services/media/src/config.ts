import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';

const mongoConfig = {
  MONGODB_URL: z.url({ protocol: /^mongodb(\+srv)?$/ }),
  MONGODB_DATABASE: z.string().min(1).default('media'),
};

/** S3's and Azure's rules at once. */
const bucket = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/, 'use 3 to 63 of a-z, 0-9 and single dashes')
  .default('media');

const objectStoreConfig = z.discriminatedUnion('OBJECT_STORAGE_ENGINE', [
  z.object({
    OBJECT_STORAGE_ENGINE: z.literal('AzureBlob'),
    OBJECT_STORAGE_BUCKET: bucket,
    AZURE_BLOB_CONNECTION_STRING: z.string().includes('AccountName='),
  }),
  z.object({
    OBJECT_STORAGE_ENGINE: z.literal('S3'),
    OBJECT_STORAGE_BUCKET: bucket,
    S3_ENDPOINT: z.url({ protocol: /^https?$/ }),
    S3_REGION: z.string().min(1).default('us-east-1'),
    S3_ACCESS_KEY_ID: z.string().min(1),
    S3_SECRET_ACCESS_KEY: z.string().min(1),
  }),
]);
export type ObjectStoreConfig = z.infer<typeof objectStoreConfig>;

const serviceConfig = z.object({
  ...commonConfig,
  ...mongoConfig,
  CHAT_URL: z.url({ protocol: /^https?$/ }),
  USER_URL: z.url({ protocol: /^https?$/ }),
  MEDIA_URL_SIGNING_KEY: z.string().regex(/^\S{32,}( \S{32,})*$/, 'needs 32 characters or more'),
  MEDIA_MAX_BYTES: z.coerce.number().int().min(1024).default(10_485_760),
  /** How long what nobody shows is kept; unset: for ever. */
  MEDIA_MAX_AGE_SECONDS: z.coerce.number().int().min(1).optional(),
  MEDIA_EXPIRY_INTERVAL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(3_600),
  MEDIA_MAX_PIXELS: z.coerce.number().int().min(1_000_000).max(250_000_000).default(40_000_000),
});

/** @throws ConfigError that names every wrong key */
export const loadMediaConfig = () => loadConfig(serviceConfig.and(objectStoreConfig));
export type MediaConfig = ReturnType<typeof loadMediaConfig>;

/** What the migration needs and no more. */
export const loadMigrationConfig = () => loadConfig(z.object(mongoConfig).and(objectStoreConfig));
