import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Debian keeps programs of the system: root's own PATH may lack the sbin folders. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Absolute path of a program, or undefined when no folder of `path` has it. */
export async function findOnPath(name: string, path: string = systemPath): Promise<string | undefined> {
  return findIn(path.split(':'), name);
}

/** Folder of the CNI plugins: distributions differ. */
export async function findCniBinaries(): Promise<string | undefined> {
  const found = await findIn(['/usr/lib/cni', '/usr/libexec/cni', '/opt/cni/bin'], 'ptp');
  return found === undefined ? undefined : join(found, '..');
}

async function findIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const candidate = join(folder, name);
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}
