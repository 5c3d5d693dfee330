import { mkdir, readdir, readlink, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { run } from '../../launcher/run.ts';
import type { BuildStep } from '../cache/artifact.ts';
import type { DownloadedPackage } from './apt.ts';

/** Unpacks packages over one another without running their scripts. */
export async function unpackAll(
  packages: readonly DownloadedPackage[],
  directory: string,
  step: BuildStep,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  // base-files first: where /usr is merged it makes /bin, /lib and /lib64 links before others put files there.
  const ordered = [...packages].sort((a, b) => Number(b.name === 'base-files') - Number(a.name === 'base-files'));
  for (const [index, { file, name }] of ordered.entries()) {
    step.report(`unpacking ${name} (${index + 1} of ${ordered.length})`);
    await run('dpkg-deb', ['--extract', file, directory]);
  }
}

/** Makes links that lead from the root (`/etc/java-17/x`) lead to the same file below `directory`, wherever that is. */
export async function makeLinksRelative(directory: string): Promise<void> {
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path);
      if (entry.isSymbolicLink()) await makeLinkRelative(directory, path);
    }
  };
  await visit(directory);
}

async function makeLinkRelative(directory: string, link: string): Promise<void> {
  const target = await readlink(link);
  if (!target.startsWith('/')) return;
  await unlink(link);
  await symlink(relative(dirname(link), join(directory, target)), link);
}

/** Removes files that no program reads: documentation, translations, what only an installation needs. */
export async function prune(directory: string, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(join(directory, path), { recursive: true, force: true })));
}
