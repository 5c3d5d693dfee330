import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../launcher/run.ts';
import { type Blob, descriptor, type Image } from './image.ts';

/** Writes images as one OCI archive: a layer or configuration that several share is in it once. */
export async function writeOciArchive(images: readonly Image[], file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const staging = await mkdtemp(`${file}.staging-`);
  try {
    await stage(images, staging);
    const partial = join(staging, 'archive');
    // Layers are linked in, not copied; tar follows the links. The list is explicit, so the archive itself is not in it.
    const contents = ['oci-layout', 'index.json', 'blobs'];
    await run('tar', ['--create', '--dereference', '--file', partial, '--directory', staging, ...contents]);
    await rename(partial, file);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function stage(images: readonly Image[], staging: string): Promise<void> {
  const blobs = join(staging, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  await writeFile(join(staging, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(staging, 'index.json'), JSON.stringify(archiveIndex(images)));
  const layers = new Map(images.flatMap((image) => image.layers.map((layer) => [layer.digest, layer.file])));
  for (const [digest, path] of layers) await symlink(path, join(blobs, hexOf(digest)));
  const small = new Map<string, Blob>();
  for (const { config, manifest } of images) small.set(config.digest, config).set(manifest.digest, manifest);
  for (const { digest, content } of small.values()) await writeFile(join(blobs, hexOf(digest)), content);
}

/** The archive's index: containerd takes an image's full name from the annotation. */
export function archiveIndex(images: readonly Image[]): object {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: images.map(({ name, manifest }) => ({
      ...descriptor(manifest),
      annotations: {
        'io.containerd.image.name': name,
        'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
      },
    })),
  };
}

function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1);
}
