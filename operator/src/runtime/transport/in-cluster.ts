import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../clock.ts';
import { AccessError } from '../errors.ts';
import type { ClusterAccess } from './access.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { tokenFile } from './token.ts';

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Access of the Pod's service account. @throws AccessError outside a Pod */
export const inClusterAccess = async (
  env: NodeJS.ProcessEnv,
  clock: Clock,
  folder: string = SERVICE_ACCOUNT_FOLDER,
): Promise<ClusterAccess> => {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw new AccessError('not in a Pod (KUBERNETES_SERVICE_HOST is not set): set KUBECONFIG');
  }
  const read = (name: string) =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new AccessError(`cannot read ${join(folder, name)}: is automountServiceAccountToken off?`, {
        cause,
      });
    });
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    ca: await read('ca.crt'),
    namespace: (await read('namespace')).trim(),
    token: tokenFile(join(folder, 'token'), clock),
  };
};

/** `KUBECONFIG` when it is set, else the Pod's service account. */
export const loadAccess = (
  env: NodeJS.ProcessEnv = process.env,
  clock: Clock = systemClock,
): Promise<ClusterAccess> => {
  const path = env['KUBECONFIG'];
  return path ? loadKubeconfig(path, clock) : inClusterAccess(env, clock);
};
