import { chmod, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildStep, ensureArtifact } from '../cache/artifact.ts';
import { hashTree } from '../cache/hash.ts';
import type { ArtifactContext } from '../context.ts';
import { runStep } from '../cache/run-step.ts';
import { ensureGo, goBuild, type GoToolchain, moduleDirectory } from '../toolchains/go.ts';
import { versions } from './versions.ts';

const VERSION_PACKAGE = 'github.com/jaegertracing/jaeger/internal/version';

/** Half of what there is to compile is a client of a store that this Jaeger does not write to. */
const STAND_IN = { of: 'github.com/elastic/go-elasticsearch/v9', folder: 'infra/local/go/stand-ins/elasticsearch' };

/** Jaeger's all-in-one with its in-memory store; of its pages only a placeholder is in the Go module, the API is whole. */
export async function ensureJaeger(context: ArtifactContext): Promise<string> {
  const standIn = join(context.repository, STAND_IN.folder);
  const folder = await ensureArtifact(context, {
    name: 'jaeger',
    version: versions.jaeger,
    inputs: [process.arch, await hashTree(standIn, ['.'])],
    title: 'Compile Jaeger',
    compile: true,
    async build(directory, step) {
      const go = await ensureGo(context, step);
      // Inside its own module: from another one its dependencies would be chosen anew, and differ.
      const module = await moduleDirectory(go, step, `github.com/jaegertracing/jaeger@v${versions.jaeger}`);
      const modfile = await replaceModule(go, step, { module, of: STAND_IN.of, by: standIn, directory });
      await goBuild(go, step, {
        module,
        modfile,
        packages: ['./cmd/all-in-one'],
        output: join(directory, 'jaeger-all-in-one'),
        variables: {
          [`${VERSION_PACKAGE}.latestVersion`]: `v${versions.jaeger}`,
          [`${VERSION_PACKAGE}.commitSHA`]: 'unknown',
        },
        what: 'Jaeger',
      });
      await Promise.all(['go.mod', 'go.sum'].map((name) => rm(join(directory, name))));
    },
  });
  return join(folder, 'jaeger-all-in-one');
}

/** Another go.mod for a module that cannot be written to. @returns its path */
async function replaceModule(
  go: GoToolchain,
  step: BuildStep,
  { module, of, by, directory }: { module: string; of: string; by: string; directory: string },
): Promise<string> {
  for (const name of ['go.mod', 'go.sum']) await copyFile(join(module, name), join(directory, name));
  const modfile = join(directory, 'go.mod');
  await chmod(modfile, 0o644);
  await runStep(step, {
    command: go.command,
    args: ['mod', 'edit', `-replace=${of}=${by}`, modfile],
    env: go.env,
    purpose: 'Preparing the compile of Jaeger',
  });
  return modfile;
}
