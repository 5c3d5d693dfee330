import type { ArtifactContext } from '../context.ts';
import { ensureLayer, type Layer } from '../oci/layer.ts';

/**
 * A layer of files that are at hand already.
 *
 * @param inputs decides when it is made anew; an artefact's path will do, for its last part names its content
 */
export function fileLayer(
  context: ArtifactContext,
  name: string,
  inputs: readonly string[],
  fill: (root: string) => Promise<void>,
): Promise<Layer> {
  return ensureLayer(context, {
    name,
    version: 'files',
    // Without the folder of the cache: the same layer in a cache elsewhere has the same key.
    inputs: inputs.map((input) => input.replace(`${context.cacheDirectory}/`, '')),
    title: `Pack ${name}`,
    build: fill,
  });
}
