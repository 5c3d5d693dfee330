import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import { hashTree } from '../cache/hash.ts';
import type { ArtifactContext } from '../context.ts';
import { npmCi } from '../toolchains/npm.ts';

const RECIPES = 'infra/local/images';

/** Programs that come as npm packages; each has a folder with package.json and lockfile below infra/local/images. */
export type NpmProgram = 'azurite' | 'maildev';

/** Folder with the program's `node_modules`. */
export async function ensureNpmProgram(context: ArtifactContext, name: NpmProgram): Promise<string> {
  const sources = join(context.repository, RECIPES, name);
  const manifests = ['package.json', 'package-lock.json'];
  return ensureArtifact(context, {
    name,
    version: 'npm',
    inputs: [await hashTree(sources, manifests), process.arch],
    title: `Fetch ${name}`,
    async build(directory, step) {
      for (const manifest of manifests) await cp(join(sources, manifest), join(directory, manifest));
      await npmCi(step, { cwd: directory, purpose: `Fetching ${name} from the npm registry` });
    },
  });
}
