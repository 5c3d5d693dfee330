import type { BuildStep } from '../cache/artifact.ts';
import { installSystemPackages } from '../debian/install.ts';
import { askVersion } from './version.ts';

/**
 * A C compiler with the C library's headers, and pkg-config.
 *
 * @returns the name of pkg-config, which programs of that name in other folders must not shadow
 */
export async function ensureCCompiler(step: BuildStep, what: string): Promise<string> {
  const answers = await Promise.all([
    askVersion('gcc', ['--version']),
    askVersion('pkg-config', ['--version']),
    askVersion('sh', ['-c', 'echo "#include <stdlib.h>" | gcc -E -']),
  ]);
  if (answers.includes(undefined)) await installSystemPackages(step, ['gcc', 'libc6-dev', 'pkg-config'], what);
  return 'pkg-config';
}
