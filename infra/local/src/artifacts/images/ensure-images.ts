import { join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import { hashValues } from '../cache/hash.ts';
import { writeOciArchive } from '../oci/archive.ts';
import { composeImage, type Image } from '../oci/image.ts';
import { applicationImages } from './application-images.ts';
import { APPLICATION_KEYS, type ImageKey, imageNames, STORE_KEYS, SYSTEM_KEYS } from './image-names.ts';
import { officialImages } from '../registry/official-images.ts';
import { type ImageSource, pullOrBuild } from './pull-or-build.ts';
import { type ImageParts, storeImages } from './store-images.ts';
import { systemImages } from './system-images.ts';

/** An image of the embedded node whose layers are in the cache. */
export interface NodeImage extends Image {
  key: ImageKey;
  source: ImageSource;
  /** Of the manifest, as containerd shows it: `sha256:...`. */
  digest: string;
}

export type ImageGroup = 'system' | 'stores' | 'application';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

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

/** Sources of an earlier run. A store that runs keeps its own: another server would not read its data. */
export type ImageSources = Partial<Record<ImageKey, ImageSource>>;

/** The images of a group, pulled or made first where they are not in the cache; side by side as cores allow. */
export function ensureImages(
  context: ArtifactContext,
  group: ImageGroup,
  earlier: ImageSources = {},
): Promise<NodeImage[]> {
  return Promise.all(groups[group].map((key) => ensureImage(context, key, earlier[key])));
}

/** @param source the only one that will do; default: a registry's image where one answers, else a built one */
export async function ensureImage(
  context: ArtifactContext,
  key: ImageKey,
  source?: ImageSource,
): Promise<NodeImage> {
  const build = async () => {
    const { layers, config } = await recipes[key](context);
    return composeImage(imageNames[key], layers, config, architecture);
  };
  const reference = isPublished(key) ? officialImages[key] : undefined;
  const had =
    reference === undefined
      ? { image: await build(), source: 'built' as const }
      : await pullOrBuild(context, { name: key, reference, architecture }, { only: source, build });
  return { ...had.image, key, source: had.source, digest: had.image.manifest.digest };
}

function isPublished(key: ImageKey): key is keyof typeof officialImages {
  return key in officialImages;
}

/**
 * Writes images as one OCI archive for `ctr images import`.
 *
 * @returns its path; the caller removes it when it is imported
 */
export async function writeImageArchive(context: ArtifactContext, images: readonly NodeImage[]): Promise<string> {
  const name = hashValues(images.map(({ name, digest }) => `${name}@${digest}`)).slice(0, 12);
  const file = join(context.cacheDirectory, 'archives', `${name}.tar`);
  await writeOciArchive(images, file);
  return file;
}
