import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { AccessError, errorOf } from '../errors.ts';
import type { TokenSource } from './access.ts';

/** `users[].user.exec` of a kubeconfig: the program that knows how to log in, as those of EKS, GKE and AKS. */
export const execPluginSchema = z.object({
  apiVersion: z.enum(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().optional(),
  provideClusterInfo: z.boolean().optional(),
});

export type ExecPlugin = z.infer<typeof execPluginSchema>;

const credentialSchema = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    /** RFC 3339; absent = until the API server refuses it. */
    expirationTimestamp: z.string().nullish(),
  }),
});

const RUN_MS = 60_000;
/** A token is replaced this long before it runs out. */
const EARLY_MS = 60_000;

const run = promisify(execFile);

export interface ExecContext {
  /** Where the program is run, and what relative paths of it are relative to. */
  folder: string;
  /** As the plugin API wants it; only given to plugins that ask for it. */
  cluster: Record<string, unknown>;
}

const startPlugin = async (plugin: ExecPlugin, { folder, cluster }: ExecContext): Promise<string> => {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.provideClusterInfo && { cluster }) },
  };
  const extra = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...process.env, ...extra, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  try {
    return (await run(plugin.command, plugin.args ?? [], { env, cwd: folder, timeout: RUN_MS })).stdout;
  } catch (cause) {
    const { code, message } = errorOf(cause);
    const what = code === 'ENOENT' ? 'is not installed' : `failed: ${message.trim()}`;
    throw new AccessError(
      `the credential plugin ${plugin.command} ${what}${plugin.installHint ? `\n${plugin.installHint.trim()}` : ''}`,
      { cause },
    );
  }
};

const parseCredential = (plugin: ExecPlugin, output: string): { token: string; expires: number } => {
  let document: unknown;
  try {
    document = JSON.parse(output);
  } catch (cause) {
    throw new AccessError(`the credential plugin ${plugin.command} wrote no JSON`, { cause });
  }
  const result = credentialSchema.safeParse(document);
  const { token, expirationTimestamp } = result.data?.status ?? {};
  if (token === undefined) {
    throw new AccessError(
      `the credential plugin ${plugin.command} gave no token; client certificates of plugins are not supported`,
    );
  }
  return { token, expires: expirationTimestamp ? Date.parse(expirationTimestamp) : Infinity };
};

/** The token that a plugin gives, asked for again shortly before it runs out and after it was refused. */
export const execToken = (plugin: ExecPlugin, context: ExecContext, clock: Clock): TokenSource => {
  let held: Promise<{ token: string; expires: number }> | undefined;
  const ask = () => {
    const asked = startPlugin(plugin, context).then((output) => parseCredential(plugin, output));
    // A failure is not kept: the next request asks again.
    asked.catch(() => {
      if (held === asked) held = undefined;
    });
    held = asked;
    return asked;
  };
  return {
    get: async () => {
      const { token, expires } = await (held ?? ask());
      return expires - clock.now() > EARLY_MS ? token : (await ask()).token;
    },
    invalidate: () => {
      held = undefined;
    },
  };
};
