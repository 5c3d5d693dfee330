import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

export const username = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])$/,
    'use 2 to 32 of a-z, 0-9, dot, dash, underscore, starting and ending with a letter or digit',
  );

/** NIST SP 800-63B: length over composition rules. */
export const password = z
  .string()
  .min(12, 'use at least 12 characters')
  .max(128, 'use at most 128 characters');

export const registerRequest = z.strictObject({
  email: z.email().max(254),
  username,
  displayName: z.string().trim().min(1).max(64),
  password,
});
export type RegisterRequest = z.infer<typeof registerRequest>;

export const account = z.object({
  id: entityId,
  email: z.email(),
  username,
  displayName: z.string(),
  roles: z.array(z.string()),
  createdAt: timestamp,
});
export type Account = z.infer<typeof account>;

export const loginRequest = z.strictObject({
  login: z.string().min(1).max(254).describe('username or e-mail address'),
  password: z.string().min(1).max(128),
});
export type LoginRequest = z.infer<typeof loginRequest>;

export const tokenResponse = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresInSeconds: z.int(),
  account,
});
export type TokenResponse = z.infer<typeof tokenResponse>;

export const refreshRequest = z.strictObject({ refreshToken: z.string().min(16).max(512) });
export type RefreshRequest = z.infer<typeof refreshRequest>;
export const logoutRequest = refreshRequest;
export type LogoutRequest = RefreshRequest;

/** RFC 7517: the public halves of the keys that access tokens are signed with. */
export const jsonWebKeySet = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      alg: z.literal('ES256'),
      use: z.literal('sig'),
      kid: z.string(),
      x: z.string(),
      y: z.string(),
    }),
  ),
});
export type JsonWebKeySet = z.infer<typeof jsonWebKeySet>;
