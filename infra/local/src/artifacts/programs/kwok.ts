import { join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import type { ArtifactContext } from '../context.ts';
import { ensureGo, goBuild, moduleDirectory } from '../toolchains/go.ts';
import { versions } from './versions.ts';

/** KWOK: nodes and Pods that exist at the API server only. Measurements ask for it, a platform does not. */
export async function ensureKwok(context: ArtifactContext): Promise<string> {
  const folder = await ensureArtifact(context, {
    name: 'kwok',
    version: versions.kwok,
    inputs: [process.arch],
    title: 'Compile KWOK',
    compile: true,
    async build(directory, step) {
      const go = await ensureGo(context, step);
      // Inside its own module: it asks for a newer client-go than the one Kubernetes is built with.
      const module = await moduleDirectory(go, step, `sigs.k8s.io/kwok@v${versions.kwok}`);
      await goBuild(go, step, {
        module,
        packages: ['./cmd/kwok'],
        output: join(directory, 'kwok'),
        variables: {},
        what: 'KWOK',
      });
    },
  });
  return join(folder, 'kwok');
}
