import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactRecipe, ensureArtifact } from '../cache/artifact.ts';
import { hashFile, hashValues } from '../cache/hash.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';

/** An uncompressed tar of files; its digest is at once that of the blob and the diff id. */
export interface Layer {
  /** `sha256:<hex>`. */
  digest: string;
  size: number;
  file: string;
}

/** How a layer's files are put together: `build` fills the folder that becomes the root of the file system. */
export type LayerRecipe = Omit<ArtifactRecipe, 'inputs'> & {
  inputs: readonly string[];
};

/** Part of every layer's key: change it when the way a tar is made changes. */
const FORMAT = 'layer 1';

/** The layer, made first if it is not in the cache. */
export async function ensureLayer(context: ArtifactContext, recipe: LayerRecipe): Promise<Layer> {
  const inputs = [FORMAT, ...recipe.inputs];
  const directory = await ensureArtifact(context, {
    ...recipe,
    name: `layer-${recipe.name}`,
    inputs,
    async build(target, step) {
      const root = join(target, 'root');
      await mkdir(root);
      await chmod(root, 0o755);
      await recipe.build(root, step);
      const file = join(target, 'layer.tar');
      await runStep(step, {
        command: 'tar',
        args: tarArguments({ root, file, modifiedAt: modificationTime([recipe.version, ...inputs]) }),
        purpose: `Packing the layer ${recipe.name}`,
        remedy: 'see whether the disk is full',
      });
      const layer = { digest: `sha256:${await hashFile(file)}`, size: (await stat(file)).size };
      await writeFile(join(target, 'layer.json'), JSON.stringify(layer));
      await rm(root, { recursive: true });
    },
  });
  const { digest, size } = JSON.parse(await readFile(join(directory, 'layer.json'), 'utf8')) as Omit<Layer, 'file'>;
  return { digest, size, file: join(directory, 'layer.tar') };
}

export interface TarOptions {
  root: string;
  file: string;
  /** Seconds since 1970. */
  modifiedAt: number;
}

/** Arguments of GNU tar by which the same files give the same bytes, whoever packs them and when. */
export function tarArguments({ root, file, modifiedAt }: TarOptions): string[] {
  return [
    ...['--create', '--file', file, '--directory', root, '--format=gnu', '--sort=name'],
    ...[`--mtime=@${modifiedAt}`, '--owner=root:0', '--group=root:0', '--numeric-owner', '.'],
  ];
}

const EARLIEST = Date.UTC(2020, 0, 1) / 1000;
const SPAN_SECONDS = 5 * 365 * 24 * 3600;

/**
 * A time that follows from the content. One constant for all would be simpler, but web servers make ETags of a file's
 * time and size: a changed file of the same length would look unchanged to every browser.
 */
export function modificationTime(inputs: readonly string[]): number {
  return EARLIEST + (Number.parseInt(hashValues(inputs).slice(0, 8), 16) % SPAN_SECONDS);
}
