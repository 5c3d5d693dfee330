import { copyFile, rename, stat, truncate } from 'node:fs/promises';

const KEPT = 2;

/**
 * Moves a log aside once it is larger than `maxBytes`, keeping two older ones. The process goes on writing to the same
 * file, which it has opened for appending: the file is copied and cut, not renamed. Lines written in between are lost.
 */
export async function rotateWhenLarge(file: string, maxBytes: number): Promise<boolean> {
  const size = await stat(file).then((info) => info.size, ignoreMissing);
  if (size <= maxBytes) return false;
  for (let age = KEPT; age > 1; age -= 1) {
    await rename(`${file}.${age - 1}`, `${file}.${age}`).catch(ignoreMissing);
  }
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
  return true;
}

function ignoreMissing(error: NodeJS.ErrnoException): number {
  if (error.code === 'ENOENT') return 0;
  throw error;
}
