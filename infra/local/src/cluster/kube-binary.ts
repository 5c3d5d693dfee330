import { access } from 'node:fs/promises';

/**
 * Path of the multi-call binary that is etcd and the control plane by the name it is called by.
 * `CHATPLATFORM_KUBE_BINARY` takes the place of the one in the cache.
 */
export async function resolveKubeBinary(): Promise<string> {
  const chosen = process.env['CHATPLATFORM_KUBE_BINARY'];
  if (chosen !== undefined) {
    await access(chosen);
    return chosen;
  }
  throw new Error('todo');
}
