import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ArtifactRecipe, type BuildStep, ensureArtifact, hasArtifact } from '../cache/artifact.ts';
import type { ArtifactContext } from '../context.ts';
import type { Architecture, Blob, Image } from '../oci/image.ts';
import type { Layer } from '../oci/layer.ts';
import { parseReference } from './reference.ts';
import { INDEX_TYPES, MANIFEST_TYPES, type Manifest, type RegistryClient, RegistryError } from './registry-client.ts';

const descriptorSchema = z.object({ mediaType: z.string(), digest: z.string().startsWith('sha256:'), size: z.number() });

const indexSchema = z.object({
  manifests: z.array(
    descriptorSchema.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});

const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });

/** What is kept beside the files of a pulled image. */
const recordSchema = z.object({ digest: z.string(), mediaType: z.string() });

/** A published image for a processor. */
export interface PublishedImage {
  /** Names its folder in the cache. */
  name: string;
  /** With a tag. */
  reference: string;
  architecture: Architecture;
}

/**
 * A published image, pulled first if it is not in the cache. Its tag is resolved once, when it is pulled: from then on the
 * cache holds that one digest. Every file is compared with the digest by which its parent names it.
 *
 * @param findClient finds the client of its registry, undefined when that does not answer; asked when it has to be pulled
 * @returns undefined when it is not in the cache and its registry does not answer
 * @throws RegistryError when the registry answers, but does not give it
 */
export async function ensurePulledImage(
  context: ArtifactContext,
  image: PublishedImage,
  findClient: () => Promise<RegistryClient | undefined>,
): Promise<Image | undefined> {
  const { name, reference, architecture } = image;
  const recipe: ArtifactRecipe = {
    name: `image-${name}`,
    version: parseReference(reference).tag,
    inputs: [reference, architecture],
    title: `Pull ${reference}`,
    async build(directory, step) {
      const client = await findClient();
      if (client === undefined) throw new RegistryError('its registry does not answer');
      await pull(client, { reference, architecture, directory }, step);
    },
  };
  if (!hasArtifact(context, recipe) && (await findClient()) === undefined) return undefined;
  return readImage(await ensureArtifact(context, recipe), reference);
}

interface Pull {
  reference: string;
  architecture: Architecture;
  directory: string;
}

async function pull(client: RegistryClient, { reference, architecture, directory }: Pull, step: BuildStep): Promise<void> {
  const { repository, tag } = parseReference(reference);
  const manifest = await manifestFor(client, { repository, tag, architecture });
  const { config, layers } = parse(manifestSchema, manifest);
  const total = layers.reduce((sum, { size }) => sum + size, config.size);
  let done = 0;
  for (const { digest } of new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()) {
    const before = done;
    await client.saveBlob({
      repository,
      digest,
      file: blobFile(directory, digest),
      onProgress: (bytes) => {
        done = before + bytes;
        step.report(`${mebibytes(done)} of ${mebibytes(total)} MiB`);
      },
    });
  }
  await writeFile(blobFile(directory, manifest.digest), manifest.content);
  const { digest, mediaType } = manifest;
  await writeFile(join(directory, 'image.json'), JSON.stringify({ digest, mediaType }));
}

/** The manifest behind a tag; of an index the one for Linux on this processor. */
async function manifestFor(
  client: RegistryClient,
  { repository, tag, architecture }: { repository: string; tag: string; architecture: Architecture },
): Promise<Manifest> {
  const found = await client.manifest(repository, tag);
  if (isOneOf(MANIFEST_TYPES, found.mediaType)) return found;
  if (!isOneOf(INDEX_TYPES, found.mediaType)) {
    throw new RegistryError(`${repository}:${tag} is of a kind that is not known here: ${found.mediaType}`);
  }
  const chosen = parse(indexSchema, found).manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (chosen === undefined) throw new RegistryError(`${repository}:${tag} is not there for linux/${architecture}`);
  return client.manifest(repository, chosen.digest);
}

/** The image in the form in which built ones are handed on. */
async function readImage(folder: string, reference: string): Promise<Image> {
  const { digest, mediaType } = recordSchema.parse(JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')));
  const manifest: Blob = { digest, mediaType, content: await readFile(blobFile(folder, digest)) };
  const { config, layers } = parse(manifestSchema, manifest);
  return {
    name: reference,
    manifest,
    config: { ...config, content: await readFile(blobFile(folder, config.digest)) },
    layers: await Promise.all(layers.map((layer) => layerIn(folder, layer.digest))),
  };
}

async function layerIn(folder: string, digest: string): Promise<Layer> {
  const file = blobFile(folder, digest);
  return { digest, file, size: (await stat(file)).size };
}

function blobFile(folder: string, digest: string): string {
  return join(folder, digest.slice('sha256:'.length));
}

function parse<T>(schema: z.ZodType<T>, { content, digest }: { content: Buffer; digest: string }): T {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch (error) {
    throw new RegistryError(`the manifest ${digest} is not one: ${(error as Error).message}`, error);
  }
}

function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes(type);
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}
