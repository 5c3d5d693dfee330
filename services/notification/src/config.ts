import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';
import { fcmCredentials } from './infrastructure/fcm-transport.ts';

export const storeConfig = {
  MONGODB_URL: z.url({ protocol: /^mongodb(\+srv)?$/ }),
  MONGODB_DATABASE: z.string().min(1).default('notification'),
};

const schema = z
  .object({
    ...commonConfig,
    ...storeConfig,
    SMTP_URL: z.url({ protocol: /^smtps?$/ }),
    MAIL_FROM: z.string().regex(/@/, 'must be an e-mail address, or `Name <address>`'),
    GATEWAY_URL: z.url({ protocol: /^https?$/ }),
    PUSH_ENABLED: z.stringbool().default(false),
    PUSH_FCM_CREDENTIALS: fcmCredentials.optional(),
    PUSH_FCM_ENDPOINT: z.url({ protocol: /^https$/ }).optional(),
    PUSH_FCM_CA: z
      .string()
      .includes('BEGIN CERTIFICATE', { message: 'must be a certificate in PEM' })
      .optional(),
    OFFLINE_GRACE_SECONDS: z.coerce.number().min(0).max(3600).default(5),
  })
  .refine((config) => !config.PUSH_ENABLED || config.PUSH_FCM_CREDENTIALS !== undefined, {
    path: ['PUSH_FCM_CREDENTIALS'],
    message: 'is missing, and PUSH_ENABLED is true',
  });
export type NotificationConfig = z.infer<typeof schema>;

/** @throws ConfigError that names every wrong key */
export const loadNotificationConfig = (): NotificationConfig => loadConfig(schema);
