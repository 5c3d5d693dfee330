import { join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import { hashValues } from '../cache/hash.ts';
import { writeOciArchive } from '../oci/archive.ts';
import { composeImage, type Image } from '../oci/image.ts';
import { applicationImages } from './application-images.ts';
import { APPLICATION_KEYS, type ImageKey, imageNames, STORE_KEYS, SYSTEM_KEYS } from './image-names.ts';
import { type ImageParts, storeImages } from './store-images.ts';
import { systemImages } from './system-images.ts';

/** An image of the embedded node whose layers are in the cache. */
export interface BuiltImage extends Image {
  key: ImageKey;
  /** Of the manifest, as containerd shows it: `sha256:...`. */
  digest: string;
}

export type ImageGroup = 'system' | 'stores' | 'application';

const groups: Record<ImageGroup, readonly ImageKey[]> = {
  system: SYSTEM_KEYS,
  stores: STORE_KEYS,
  application: APPLICATION_KEYS,
};

const recipes: Record<ImageKey, (context: ArtifactContext) => Promise<ImageParts>> = {
  ...systemImages,
  ...storeImages,
  ...applicationImages,
};

/** The images of a group, their layers made first where they are not in the cache; side by side as cores allow. */
export function ensureImages(context: ArtifactContext, group: ImageGroup): Promise<BuiltImage[]> {
  return Promise.all(groups[group].map((key) => ensureImage(context, key)));
}

export async function ensureImage(context: ArtifactContext, key: ImageKey): Promise<BuiltImage> {
  const { layers, config } = await recipes[key](context);
  const image = composeImage(imageNames[key], layers, config, process.arch === 'arm64' ? 'arm64' : 'amd64');
  return { ...image, key, digest: image.manifest.digest };
}

/**
 * Writes images as one OCI archive for `ctr images import`.
 *
 * @returns its path; the caller removes it when it is imported
 */
export async function writeImageArchive(context: ArtifactContext, images: readonly BuiltImage[]): Promise<string> {
  const name = hashValues(images.map(({ name, digest }) => `${name}@${digest}`)).slice(0, 12);
  const file = join(context.cacheDirectory, 'archives', `${name}.tar`);
  await writeOciArchive(images, file);
  return file;
}
