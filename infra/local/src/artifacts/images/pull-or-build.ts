import { LauncherError } from '../../launcher/launcher-error.ts';
import type { ArtifactContext } from '../context.ts';
import type { Image } from '../oci/image.ts';
import { ensurePulledImage, type PublishedImage } from '../registry/pull-image.ts';
import { RegistryError } from '../registry/registry-client.ts';

/** Whether an image was published by others or put together here, out of packages. */
export type ImageSource = 'pulled' | 'built';

export interface BuildInstead {
  /** The only source that will do. Default: a registry where one answers, else the build. */
  only: ImageSource | undefined;
  build(): Promise<Image>;
}

/**
 * A published image: from its registry where that answers, else built here.
 *
 * @throws LauncherError when it has to be the published one and cannot be had
 */
export async function pullOrBuild(
  context: ArtifactContext,
  published: PublishedImage,
  { only, build }: BuildInstead,
): Promise<{ image: Image; source: ImageSource }> {
  const pulled = only === 'built' ? undefined : await tryPull(context, published, only);
  if (pulled !== undefined) return { image: pulled, source: 'pulled' };
  return { image: await build(), source: 'built' };
}

async function tryPull(
  context: ArtifactContext,
  published: PublishedImage,
  only: ImageSource | undefined,
): Promise<Image | undefined> {
  const { reference } = published;
  try {
    const image = await ensurePulledImage(context, published, () => context.registries.clientFor(reference));
    if (image !== undefined || only !== 'pulled') return image;
    throw new RegistryError('its registry does not answer');
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const message = `${reference} cannot be pulled (${error.message})`;
    if (only === 'pulled') {
      throw new LauncherError(`${message}, and the platform that is up uses it`, {
        remedy: 'run the command again when the registry answers, or start afresh: ./chatplatform down, then up',
        cause: error,
      });
    }
    context.progress.note(`  ${message}: it is built here, out of packages.`);
    return undefined;
  }
}
