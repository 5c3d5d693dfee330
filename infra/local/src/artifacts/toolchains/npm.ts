import type { BuildStep } from '../cache/artifact.ts';
import { runStep } from '../cache/run-step.ts';

/** A registry that hiccups is asked again three times in seven seconds; npm's own waits make a dead one last minutes. */
const RETRIES = [
  '--fetch-retries=3',
  '--fetch-retry-factor=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/** Of what npm prints when it fails: stack traces, the fields of error objects, advice and warnings. */
const NOISE = /^npm (warn|notice)|^npm error( {2,}| ?\}?$)|^npm error (A complete log|If you are behind|This is a problem)/;

/** One small package: of a whole lockfile npm asks for everything before it says that nobody answers. */
const PROBE = ['view', 'picocolors', 'version', '--no-progress', '--fetch-timeout=20000', ...RETRIES];

/** What npm has in its cache is taken without asking whether it is still so: the lockfile says what it has to be. */
const QUICKLY = ['--prefer-offline', '--no-audit', '--no-fund', ...RETRIES];

interface Installation {
  cwd: string;
  purpose: string;
}

/** Installs what the lockfile in `cwd` says, without development dependencies and without scripts of packages. */
export async function npmCi(
  step: BuildStep,
  { args = [], ...installation }: Installation & { args?: readonly string[] },
): Promise<void> {
  await npm(step, installation, PROBE);
  await npm(step, installation, ['ci', '--omit=dev', '--ignore-scripts', ...QUICKLY, ...args]);
}

/** Adds what the lockfile in `cwd` says of these workspaces and is not there; leaves alone what is there, and the lockfile. */
export function npmAddMissing(
  step: BuildStep,
  installation: Installation,
  workspaces: readonly string[],
): Promise<void> {
  const args = workspaces.flatMap((workspace) => ['--workspace', workspace]);
  return npm(step, installation, ['install', '--no-save', ...args, ...QUICKLY]);
}

function npm(step: BuildStep, installation: Installation, args: readonly string[]): Promise<void> {
  return runStep(step, {
    command: 'npm',
    args,
    ...installation,
    remedy: 'see whether the npm registry can be reached from here (npm view node version), then run the command again',
    noise: NOISE,
  });
}
