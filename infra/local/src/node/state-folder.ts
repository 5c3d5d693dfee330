import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LauncherError } from '../launcher/launcher-error.ts';

/** What the launcher makes in the folder of its state. Nothing else is ever removed from it. */
export const stateEntries = [
  'bin',
  'cluster.json',
  'cluster.json.new',
  'cni-networks',
  'config',
  'etcd',
  'image-sources.json',
  'image-sources.json.new',
  'kubeconfig',
  'kubeconfig.new',
  'kubeconfigs',
  'kubelet',
  'logs',
  'machine.json',
  'machine.json.new',
  'pids',
  'pki',
  'processes',
  'tools',
  'volumes',
] as const;

/** What builds and the node keep in the cache. */
export const cacheEntries = ['apt', 'archives', 'artifacts', 'containerd', 'go-build', 'logs'] as const;

/**
 * Refuses a folder that holds other things: a mistyped `CHATPLATFORM_STATE` must not mix the node with somebody's files.
 *
 * @throws LauncherError that names one of them
 */
export async function checkStateFolder(folder: string): Promise<void> {
  const known = new Set<string>(stateEntries);
  const other = (await readdir(folder).catch(() => [])).find((entry) => !known.has(entry));
  if (other === undefined) return;
  throw new LauncherError(`the folder ${folder} holds something else (${other})`, {
    remedy: 'set CHATPLATFORM_STATE to an empty or a new folder',
  });
}

/** Removes the entries, and the folder when nothing else is left in it. @returns what is left */
export async function removeEntries(folder: string, entries: readonly string[]): Promise<string[]> {
  for (const entry of entries) await rm(join(folder, entry), { recursive: true, force: true });
  const left = await readdir(folder).catch(() => []);
  if (left.length === 0) await rmdir(folder).catch(() => undefined); // not there, or somebody's working folder
  return left;
}
