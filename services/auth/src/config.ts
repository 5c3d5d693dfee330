import { registerRequest } from '@chatplatform/contracts/http/auth';
import { commonConfig } from '@chatplatform/kit/config';
import { z } from 'zod';
import type { BootstrapAdminProps } from './core/commands/bootstrap-admin.ts';
import { passwordWeakness } from './core/domain/password-policy.ts';
import { isLeakedPassword } from './infrastructure/leaked-passwords.ts';

const sqlConfig = {
  SQL_ENGINE: z.enum(['PostgreSQL', 'SQLServer']),
  SQL_URL: z.url({ protocol: /^(postgres|postgresql|mssql)$/ }),
} as const;

/** What `migrate` needs: the database and nothing else. */
export const migrateConfig = z.object(sqlConfig);

const seconds = z.coerce.number().int();
const { username, email, password } = registerRequest.shape;

const adminPassword = password.superRefine((value, context) => {
  const weakness = passwordWeakness(value, { personal: [], isLeaked: isLeakedPassword });
  if (weakness !== null) context.addIssue({ code: 'custom', message: weakness });
});

export const authConfig = z
  .object({
    ...commonConfig,
    ...sqlConfig,
    JWT_SIGNING_KEY: z.string().includes('PRIVATE KEY', { error: 'is not a PEM private key' }),
    ACCESS_TOKEN_TTL_SECONDS: seconds.min(30).max(86_400).default(600),
    REFRESH_TOKEN_TTL_SECONDS: seconds.min(60).max(31_536_000).default(2_592_000),
    BOOTSTRAP_ADMIN_USERNAME: username.optional(),
    BOOTSTRAP_ADMIN_EMAIL: email.optional(),
    BOOTSTRAP_ADMIN_PASSWORD: adminPassword.optional(),
  })
  .superRefine((config, context) => {
    const missing = ADMIN_KEYS.filter((key) => config[key] === undefined);
    if (missing.length === ADMIN_KEYS.length) return;
    for (const key of missing) {
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'is missing: give all BOOTSTRAP_ADMIN_* or none',
      });
    }
  });
export type AuthConfig = z.infer<typeof authConfig>;

const ADMIN_KEYS = ['BOOTSTRAP_ADMIN_USERNAME', 'BOOTSTRAP_ADMIN_EMAIL', 'BOOTSTRAP_ADMIN_PASSWORD'] as const;

/** The first administrator, when one is configured. */
export function firstAdmin(config: AuthConfig): BootstrapAdminProps | null {
  const { BOOTSTRAP_ADMIN_USERNAME: name, BOOTSTRAP_ADMIN_EMAIL: address } = config;
  const { BOOTSTRAP_ADMIN_PASSWORD: secret } = config;
  if (name === undefined || address === undefined || secret === undefined) return null;
  return { username: name, email: address, password: secret };
}
