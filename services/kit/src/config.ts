import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from './errors.ts';

/** Says which keys are wrong and what to do about each; never repeats a value, which may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly keys: readonly string[];

  constructor(problems: readonly { key: string; message: string }[], folders: readonly string[]) {
    const places = ['an environment variable', ...folders.map((folder) => `a file in ${folder}`)].join(
      ' or ',
    );
    const list = problems.map(({ key, message }) => `${key}: ${message}`).join('; ');
    super(`configuration is wrong: ${list}. Set each as ${places}.`);
    this.keys = problems.map(({ key }) => key);
  }
}

const KEY = /^[A-Z][A-Z0-9_]*$/;

const foldersOf = (env: NodeJS.ProcessEnv): string[] =>
  (env['CONFIG_DIRS'] ?? '').split(':').filter((folder) => folder !== '');

/** A folder may be absent (its ConfigMap or Secret is optional); an unreadable one is an error worth hearing of. */
const filesOf = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => KEY.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new ConfigError([{ key: 'CONFIG_DIRS', message: `cannot read ${folder}` }], []);
  }
};

const readValue = (path: string): string | undefined =>
  // A mounted Secret is a symbolic link to a file: stat, not the folder entry's type.
  statSync(path).isFile() ? readFileSync(path, 'utf8').replace(/\r?\n$/, '') : undefined;

/**
 * Every configured key. An environment variable wins over a file, an earlier folder over a later one, and an empty
 * value counts as absent.
 */
export const lookupAll = (env: NodeJS.ProcessEnv = process.env): Record<string, string> => {
  const found: Record<string, string> = {};
  const offer = (key: string, value: string | undefined): void => {
    if (value !== undefined && value !== '' && found[key] === undefined) found[key] = value;
  };
  for (const [key, value] of Object.entries(env)) if (KEY.test(key)) offer(key, value);
  for (const folder of foldersOf(env))
    for (const name of filesOf(folder)) offer(name, readValue(join(folder, name)));
  return found;
};

/**
 * Reads the configuration once, at start.
 * @throws ConfigError that names every wrong or missing key
 */
export const loadConfig = <T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv = process.env): T => {
  const result = schema.safeParse(lookupAll(env));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    key: issue.path.join('.') || '(whole)',
    message:
      issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
        ? 'is missing'
        : issue.message,
  }));
  throw new ConfigError(problems, foldersOf(env));
};

const port = z.coerce.number().int().min(0).max(65535);

/** Keys that every service reads: `z.object({ ...commonConfig, OWN_KEY: ... })`. */
export const commonConfig = {
  HTTP_PORT: port.default(8080),
  MANAGEMENT_PORT: port.default(9090),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  JWT_ISSUER: z.string().default('chatplatform'),
  JWT_AUDIENCE: z.string().default('chatplatform'),
  JWKS_URL: z.url({ protocol: /^https?$/ }),
  /** Where it is asked which sessions have ended. Default: the origin of JWKS_URL. */
  AUTH_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** See signing-keys.ts for what several of them mean. */
  INTERNAL_TOKEN_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43,}=*( [A-Za-z0-9+/]{43,}=*)*$/, 'needs 32 random bytes or more in base64'),
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().int().min(0).max(600).default(20),
} as const;
