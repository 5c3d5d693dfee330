import { join } from 'node:path';
import { ensureArtifact } from '../cache/artifact.ts';
import type { ArtifactContext } from '../context.ts';
import { ensureGo, goBuild, moduleDirectory } from '../toolchains/go.ts';
import { readStandIns } from '../toolchains/go-stand-ins.ts';
import { versions } from './versions.ts';

const VERSION_PACKAGE = 'github.com/jaegertracing/jaeger/internal/version';

/** Jaeger's all-in-one with its in-memory store; of its pages only a placeholder is in the Go module, the API is whole. */
export async function ensureJaeger(context: ArtifactContext): Promise<string> {
  const standIns = await readStandIns(context, 'jaeger');
  const folder = await ensureArtifact(context, {
    name: 'jaeger',
    version: versions.jaeger,
    inputs: [process.arch, standIns.hash],
    title: 'Compile Jaeger',
    compile: true,
    async build(directory, step) {
      const go = await ensureGo(context, step);
      // Inside its own module: from another one its dependencies would be chosen anew, and differ.
      const module = await moduleDirectory(go, step, `github.com/jaegertracing/jaeger@v${versions.jaeger}`);
      await goBuild(go, step, {
        module,
        modfile: await standIns.writeModfile(go, step, module, directory),
        packages: ['./cmd/all-in-one'],
        output: join(directory, 'jaeger-all-in-one'),
        variables: {
          [`${VERSION_PACKAGE}.latestVersion`]: `v${versions.jaeger}`,
          [`${VERSION_PACKAGE}.commitSHA`]: 'unknown',
        },
        what: 'Jaeger',
      });
    },
  });
  return join(folder, 'jaeger-all-in-one');
}
