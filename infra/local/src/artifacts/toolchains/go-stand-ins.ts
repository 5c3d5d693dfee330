import { chmod, copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildStep } from '../cache/artifact.ts';
import { hashTree } from '../cache/hash.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import type { GoToolchain } from './go.ts';

const FOLDER = 'infra/local/go/stand-ins';

/**
 * Modules of a few lines that take the place of large ones, which a program names and the embedded node has no use for:
 * clients of other stores, of clouds. They fail with words when they are called after all. Compiling what they stand for
 * would be half of the work.
 */
export interface StandIns {
  /** Changes with their sources. */
  readonly hash: string;
  /**
   * Writes a go.mod that uses them, and the go.sum that belongs to it, into a folder.
   * @param module the module's own folder, which cannot be written to
   * @returns the path of the go.mod
   */
  writeModfile(go: GoToolchain, step: BuildStep, module: string, directory: string): Promise<string>;
}

/** @param program folder of them: `jaeger`, `influxdb` */
export async function readStandIns(context: ArtifactContext, program: string): Promise<StandIns> {
  const folder = join(context.repository, FOLDER, program);
  const names = (await readdir(folder)).sort();
  return {
    hash: await hashTree(folder, names),
    async writeModfile(go, step, module, directory) {
      for (const name of ['go.mod', 'go.sum']) await copyFile(join(module, name), join(directory, name));
      const modfile = join(directory, 'go.mod');
      await chmod(modfile, 0o644);
      const replacements = names.map(async (name) => {
        const standIn = join(folder, name);
        return `-replace=${moduleOf(await readFile(join(standIn, 'go.mod'), 'utf8'))}=${standIn}`;
      });
      await runStep(step, {
        command: go.command,
        args: ['mod', 'edit', ...(await Promise.all(replacements)), modfile],
        env: go.env,
        purpose: `Preparing the compile of ${program}`,
      });
      return modfile;
    },
  };
}

/** The module that a stand-in stands for: it has its name. */
function moduleOf(goMod: string): string {
  const name = /^module (\S+)$/m.exec(goMod)?.[1];
  if (name === undefined) throw new Error('a go.mod that names no module');
  return name;
}
