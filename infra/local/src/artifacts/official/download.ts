import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { BuildStep } from '../cache/artifact.ts';
import { hashFile } from '../cache/hash.ts';
import { runStep } from '../cache/run-step.ts';
import { LauncherError } from '../../launcher/launcher-error.ts';
import { readChecksum } from './checksum.ts';
import type { ReleaseFile } from './release-files.ts';

const PROBE_TIMEOUT_MS = 4000;
const DOWNLOAD_TIMEOUT_MS = 15 * 60 * 1000;

/** Whether every host answers for its checksum file; behind a closed firewall the first refusal is quick. */
export async function areReachable(files: readonly ReleaseFile[]): Promise<boolean> {
  const answers = files.map(async ({ checksumUrl }) => {
    const response = await fetch(checksumUrl, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${checksumUrl}: ${response.status}`);
  });
  return Promise.all(answers).then(
    () => true,
    () => false,
  );
}

/** Downloads a file and puts its programs into `directory`. @throws LauncherError when its checksum is not the published one */
export async function downloadPrograms(file: ReleaseFile, directory: string, step: BuildStep): Promise<void> {
  const name = file.url.split('/').at(-1) ?? 'download';
  const download = join(directory, `.${name}`);
  step.report(`fetching ${name}`);
  const expected = readChecksum(await (await request(file.checksumUrl)).text(), name);
  const response = await request(file.url);
  if (response.body === null) throw new LauncherError(`${file.url} is empty`);
  await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(download));
  const actual = await hashFile(download);
  if (actual !== expected) {
    throw new LauncherError(`${file.url} does not have the checksum that ${file.checksumUrl} states`, {
      remedy: 'run the command again; if it stays, something between here and there changes downloads',
    });
  }
  await placePrograms(file, { download, directory }, step);
  await rm(download, { force: true });
}

async function placePrograms(
  file: ReleaseFile,
  { download, directory }: { download: string; directory: string },
  step: BuildStep,
): Promise<void> {
  for (const [program, path] of Object.entries(file.programs)) {
    const target = join(directory, program);
    if (path === '') await rename(download, target);
    else {
      const unpacked = `${download}.unpacked`;
      await mkdir(unpacked);
      await runStep(step, {
        command: 'tar',
        args: ['-xf', download, '-C', unpacked, path],
        purpose: `Unpacking ${program}`,
      });
      await rename(join(unpacked, path), target);
      await rm(unpacked, { recursive: true });
    }
    await chmod(target, 0o755);
  }
}

async function request(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) }).catch((error: unknown) => {
    throw new LauncherError(`${url} cannot be fetched: ${(error as Error).message}`, { cause: error });
  });
  if (!response.ok) throw new LauncherError(`${url} cannot be fetched: it answers ${response.status}`);
  return response;
}
