import { run } from '../../launcher/run.ts';
import type { BuildStep } from '../cache/artifact.ts';
import { installSystemPackages } from '../debian/install.ts';
import { askVersion, isAtLeast } from './version.ts';

/** libflux says so in its Cargo.toml. */
const MINIMUM = [1, 72] as const;

/**
 * Debian 12's own Rust (1.63) is too old; for its browsers it carries a current one as `cargo-web` and `rustc-web`.
 * Where those are not known the plain packages are new enough.
 */
const CURRENT = ['cargo-web', 'rustc-web'];
const PLAIN = ['cargo', 'rustc'];

/** A Rust compiler and Cargo, installed when they are missing or too old. */
export async function ensureCargo(step: BuildStep, what: string): Promise<string> {
  const answers = await Promise.all([askVersion('cargo', ['--version']), askVersion('rustc', ['--version'])]);
  if (answers.every((answer) => isAtLeast(answer, MINIMUM))) return 'cargo';
  await installSystemPackages(step, (await isKnown('cargo-web')) ? CURRENT : PLAIN, what);
  return 'cargo';
}

async function isKnown(name: string): Promise<boolean> {
  return (await run('apt-cache', ['pkgnames', name])).split('\n').includes(name);
}
