import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { AccessError } from '../errors.ts';
import type { ClusterAccess, TokenSource } from './access.ts';
import { execPluginSchema, execToken } from './exec-credential.ts';
import { fixedToken, tokenFile } from './token.ts';

const clusterSchema = z.object({
  server: z.url(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.base64().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});

const userSchema = z.object({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.base64().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.base64().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  exec: execPluginSchema.optional(),
  'auth-provider': z.unknown().optional(),
});

const kubeconfigSchema = z.object({
  'current-context': z.string().default(''),
  contexts: z
    .array(
      z.object({
        name: z.string(),
        context: z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() }),
      }),
    )
    .default([]),
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).default([]),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })).default([]),
});

type Cluster = z.infer<typeof clusterSchema>;
type User = z.infer<typeof userSchema>;

/** Ways in that are obsolete or need a proxy: named, so that a person knows what to use instead. */
const refuseUnsupported = (path: string, cluster: Cluster, user: User): void => {
  const unsupported = [
    user['auth-provider'] !== undefined && 'an auth-provider',
    user.username !== undefined && 'a user name and password',
    cluster['proxy-url'] !== undefined && 'a proxy',
  ].find((way) => way !== false);
  if (unsupported) {
    throw new AccessError(
      `${path}: the context uses ${unsupported}, which is not supported; ` +
        'use a client certificate or a token (kubectl create token <service account>)',
    );
  }
};

const named = <T extends { name: string }>(path: string, what: string, list: T[], name: string): T => {
  const found = list.find((entry) => entry.name === name);
  if (!found) throw new AccessError(`${path}: there is no ${what} named ${JSON.stringify(name)}`);
  return found;
};

const parseKubeconfig = async (path: string): Promise<z.infer<typeof kubeconfigSchema>> => {
  // Loaded only where a kubeconfig is read: in a Pod there is none, and the parser costs 10 MB.
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AccessError(`cannot read the kubeconfig ${path}`, { cause });
  }
  const result = kubeconfigSchema.safeParse(document);
  if (!result.success) throw new AccessError(`${path} is no kubeconfig: ${z.prettifyError(result.error)}`);
  return result.data;
};

/**
 * Access as `path` describes it. Relative file names in it are relative to its folder.
 * @param contextName the `current-context` when absent
 * @throws AccessError
 */
export const loadKubeconfig = async (
  path: string,
  clock: Clock,
  contextName?: string,
): Promise<ClusterAccess> => {
  const config = await parseKubeconfig(path);
  const { context } = named(path, 'context', config.contexts, contextName ?? config['current-context']);
  const { cluster } = named(path, 'cluster', config.clusters, context.cluster);
  const user = named(path, 'user', config.users, context.user).user ?? {};
  refuseUnsupported(path, cluster, user);

  const besides = (file: string) => resolve(dirname(path), file);
  const pem = async (data: string | undefined, file: string | undefined): Promise<string | undefined> => {
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    if (file === undefined) return undefined;
    return readFile(besides(file), 'utf8').catch((cause: unknown) => {
      throw new AccessError(`${path}: cannot read ${besides(file)}`, { cause });
    });
  };
  const ca = await pem(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const certificate = await pem(user['client-certificate-data'], user['client-certificate']);
  const key = await pem(user['client-key-data'], user['client-key']);
  const token = tokenOf(user, { path, cluster, ca }, clock);

  return {
    server: new URL(cluster.server),
    namespace: context.namespace ?? 'default',
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && key !== undefined && { clientCertificate: { certificate, key } }),
    ...(cluster['tls-server-name'] !== undefined && { tlsServerName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true && { insecureSkipTlsVerify: true }),
    ...(token !== undefined && { token }),
  };
};

interface Surroundings {
  path: string;
  cluster: Cluster;
  ca: string | undefined;
}

const tokenOf = (user: User, { path, cluster, ca }: Surroundings, clock: Clock): TokenSource | undefined => {
  const folder = dirname(resolve(path));
  if (user.exec !== undefined) {
    const authority = ca !== undefined && {
      'certificate-authority-data': Buffer.from(ca).toString('base64'),
    };
    return execToken(user.exec, { folder, cluster: { server: cluster.server, ...authority } }, clock);
  }
  if (user.tokenFile !== undefined) return tokenFile(resolve(folder, user.tokenFile), clock);
  return user.token === undefined ? undefined : fixedToken(user.token);
};
