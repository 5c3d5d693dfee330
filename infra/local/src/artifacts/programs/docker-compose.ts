import { join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import type { ArtifactContext } from '../context.ts';
import { withApt } from '../debian/apt.ts';
import { imageRelease } from '../debian/release.ts';
import { unpackAll } from '../debian/unpack.ts';

/** Docker's compose plugin as a program of its own: it checks a compose file without an engine. */
export async function ensureDockerCompose(context: ArtifactContext): Promise<string> {
  const folder = await ensureArtifact(context, {
    name: 'docker-compose',
    version: imageRelease.codename,
    inputs: [imageRelease.sources],
    title: 'Fetch docker-compose',
    build: (directory, step) =>
      withApt(context, imageRelease, step, async (apt) => {
        const wanted = (await apt.closure(['docker-compose'])).filter(({ name }) => name === 'docker-compose');
        await unpackAll(await apt.download(wanted), directory, step);
      }),
  });
  return join(folder, 'usr/libexec/docker/cli-plugins/docker-compose');
}
