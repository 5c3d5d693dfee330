import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Hex SHA-256 of a file of any size. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Hex SHA-256 of values; their boundaries count, so `['ab']` and `['a', 'b']` differ. */
export function hashValues(values: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

/**
 * Hex SHA-256 over names and contents of files.
 *
 * @param base    names are hashed relative to it, so a working copy elsewhere has the same hash
 * @param entries files and folders below `base`; folders are taken whole, in the order of their names
 * @param accept  whether a file (by its path relative to `base`) or a folder (the same with a slash at its end) counts
 */
export async function hashTree(
  base: string,
  entries: readonly string[],
  accept: (path: string) => boolean = () => true,
): Promise<string> {
  const files = (await Promise.all(entries.map((entry) => listTree(base, entry, accept)))).flat();
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    const content = await readContent(join(base, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Paths, relative to `base`, of the accepted files below `entry`, which may be a file itself. */
export async function listTree(
  base: string,
  entry: string,
  accept: (path: string) => boolean = () => true,
): Promise<string[]> {
  const children = await readdir(join(base, entry), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (children === undefined) return accept(entry) ? [entry] : [];
  const lists = children.map((child) => {
    const path = relative(base, join(base, entry, child.name));
    if (child.isDirectory()) return accept(`${path}/`) ? listTree(base, path, accept) : [];
    return accept(path) ? [path] : [];
  });
  return (await Promise.all(lists)).flat();
}

async function readContent(file: string): Promise<Buffer> {
  try {
    return Buffer.from(`-> ${await readlink(file)}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return readFile(file);
    throw error;
  }
}
