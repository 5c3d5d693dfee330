import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Helm } from './helm.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** What people have who come from the last release: its chart as it was packaged, and its examples. */
export const LAST_RELEASE = join(import.meta.dirname, '../test/fixtures/last-release');

/** The packaged chart among what was kept. @throws Error when there is not exactly one */
export async function packagedChart(folder: string = LAST_RELEASE): Promise<string> {
  const [chart, second] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  if (chart === undefined || second !== undefined) {
    throw new Error(`${folder} must hold one packaged chart: npm run keep-release -w operator -- TAG`);
  }
  return join(folder, chart);
}

/**
 * Puts the chart and the examples of a release in the place of those that were kept, for tests of upgrades to start
 * from.
 * @param ref tag or commit of the release
 */
export async function keepRelease(helm: Helm, ref: string, folder: string = LAST_RELEASE): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-release-'));
  try {
    const archive = join(dir, 'release.tar');
    await run('git', ['archive', `--output=${archive}`, ref, 'charts/chatplatform-operator', 'examples'], {
      cwd: root,
    });
    await run('tar', ['-xf', archive, '-C', dir]);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp(join(dir, 'examples'), folder, { recursive: true });
    await helm.run('package', join(dir, 'charts/chatplatform-operator'), `--destination=${folder}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
