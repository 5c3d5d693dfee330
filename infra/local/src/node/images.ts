import { rm } from 'node:fs/promises';
import { writeImageArchive } from '../artifacts/index.ts';
import type { ArtifactContext, NodeImage, ImageKey } from '../artifacts/index.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Report } from '../launcher/progress.ts';
import { run } from '../launcher/run.ts';

/** Finds the reference by which Pods of the node use an image. */
export type ImageResolver = (key: ImageKey) => string;

/**
 * The reference Pods use on the node. It changes with the content, so that Pods are replaced when an image was built
 * anew under the same name.
 */
export function contentReference({ name, digest }: Pick<NodeImage, 'name' | 'digest'>): string {
  return `${name}-${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

/** References of `ctr images list`, which prints a heading and then one image a line. */
export function parseImageList(text: string): Set<string> {
  const references = text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/)[0] ?? '');
  return new Set(references.filter((reference) => reference !== ''));
}

/** Puts images into the containerd that listens on `socket`, those that are there already left out. */
export async function importImages(
  context: ArtifactContext,
  socket: string,
  images: readonly NodeImage[],
  report: Report,
): Promise<void> {
  const ctr = (...args: string[]) =>
    run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]);
  const present = parseImageList(await ctr('list'));
  const missing = images.filter((image) => !present.has(contentReference(image)));
  if (missing.length === 0) return;
  report(`${missing.length} of ${images.length} are new`);
  const archive = await writeImageArchive(context, missing);
  try {
    await ctr('import', archive);
  } finally {
    await rm(archive, { force: true });
  }
  // Last, because this is what tells the next run that an image is there, layers and all.
  for (const image of missing) await ctr('tag', '--force', image.name, contentReference(image));
}

export function imageResolver(images: readonly NodeImage[]): ImageResolver {
  const references = new Map(images.map((image) => [image.key, contentReference(image)]));
  return (key) => {
    const reference = references.get(key);
    if (reference === undefined) throw new LauncherError(`the image ${key} was not built`);
    return reference;
  };
}
