import { z } from 'zod';
import type { ImageSources, NodeImage } from '../artifacts/index.ts';
import { readIfPresent, replaceFile } from '../launcher/files.ts';

const schema = z.record(z.string(), z.enum(['pulled', 'built']));

/** Where the images of the platform that is up came from; nothing for one that is new. */
export async function readImageSources(file: string): Promise<ImageSources> {
  const text = await readIfPresent(file);
  return text === undefined ? {} : (schema.parse(JSON.parse(text)) as ImageSources);
}

/** Notes where the images came from, so that the next `up` takes the same ones. */
export async function writeImageSources(file: string, images: readonly NodeImage[]): Promise<void> {
  await replaceFile(file, JSON.stringify(Object.fromEntries(images.map(({ key, source }) => [key, source]))));
}
