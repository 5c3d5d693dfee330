import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';
import type { AllowedOrigins } from './core/domain/origins.ts';

const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(z.array(z.literal('*').or(z.url({ protocol: /^https?$/ }))).min(1));

const schema = z.object({
  ...commonConfig,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  CHAT_URL: z.url({ protocol: /^https?$/ }),
  /** Comma-separated; `*` allows all. Default: the origin of PUBLIC_URL. */
  ALLOWED_ORIGINS: origins.optional(),
  /** Where other gateways reach this one, at HTTP_PORT. Default: the first address of the Pod. */
  PEER_HOST: z.string().min(1).optional(),
  /** Connections this process admits; more are told to come back. */
  MAX_CONNECTIONS: z.coerce.number().int().min(1).default(20_000),
  /** Connections of one person that this process admits. */
  MAX_CONNECTIONS_PER_PERSON: z.coerce.number().int().min(1).default(100),
  /** How long a connection whose token ended is given to renew it. */
  TOKEN_GRACE_SECONDS: z.coerce.number().min(0).max(600).default(30),
  /** At a shutdown connections are ended spread over this time, so that they do not all return at once. */
  DRAIN_SECONDS: z.coerce.number().min(0).max(300).default(8),
});
export type GatewayConfig = z.infer<typeof schema>;

/** @throws ConfigError that names every wrong key */
export const loadGatewayConfig = (): GatewayConfig => loadConfig(schema);

export function allowedOrigins({ ALLOWED_ORIGINS, PUBLIC_URL }: GatewayConfig): AllowedOrigins {
  const listed = ALLOWED_ORIGINS ?? [PUBLIC_URL];
  return listed.includes('*') ? '*' : new Set(listed.map((url) => new URL(url).origin));
}
