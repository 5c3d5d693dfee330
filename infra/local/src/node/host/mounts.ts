import { readFile } from 'node:fs/promises';
import { tryRun } from '../../launcher/run.ts';
import { parseMountPoints } from '../preflight/parse.ts';

/** Mount points at and below the folders, the last mounted first. */
export async function mountsBelow(folders: readonly string[]): Promise<string[]> {
  const points = parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8'));
  return points
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)))
    .reverse();
}

/** Unmounts everything at and below the folders; what is busy is taken out of the tree at once and freed later. */
export async function unmountBelow(folders: readonly string[]): Promise<void> {
  for (const point of await mountsBelow(folders)) {
    const { code } = await tryRun('umount', [point]);
    if (code !== 0) await tryRun('umount', ['--lazy', point]);
  }
}
