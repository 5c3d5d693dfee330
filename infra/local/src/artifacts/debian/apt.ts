import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BuildStep } from '../cache/artifact.ts';
import { withFileLock } from '../cache/file-lock.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { type DebianPackage, parsePrintUris } from './print-uris.ts';
import type { Release } from './release.ts';

const execute = promisify(execFile);
const INDEX_MAX_AGE_MS = 24 * 3600 * 1000;
const APT_OUTPUT_LIMIT = 16 * 1024 * 1024;

/** apt with a state of its own: nothing on the host is read (but the proxy settings) or changed, and root is not needed. */
export interface Apt {
  /** The packages and all they depend on, as if nothing was installed. */
  closure(packages: readonly string[]): Promise<DebianPackage[]>;
  /** Fetches what is not there yet; apt checks the chain from the release's signature to each file. */
  download(packages: readonly DebianPackage[]): Promise<DownloadedPackage[]>;
}

interface Workplace {
  configuration: string;
  lists: string;
  archives: string;
}

export interface DownloadedPackage extends DebianPackage {
  file: string;
}

/** Runs `work` with the release's package lists at hand, at most a day old; other runs wait. */
export function withApt<T>(
  context: ArtifactContext,
  release: Release,
  step: BuildStep,
  work: (apt: Apt) => Promise<T>,
): Promise<T> {
  const directory = join(context.cacheDirectory, 'apt', release.codename);
  return withFileLock(
    join(directory, '.lock'),
    async () => {
      const workplace = await prepare(directory, release);
      await refreshIndexes(workplace, step);
      return work({
        closure: (packages) => closureOf(workplace.configuration, packages),
        download: (packages) => download(workplace, packages, step),
      });
    },
    () => step.report('another step is fetching packages; waiting'),
  );
}

async function prepare(directory: string, release: Release): Promise<Workplace> {
  const lists = join(directory, 'state', 'lists');
  const archives = join(directory, 'archives');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(join(directory, 'sources.list'), release.sources);
  await writeFile(join(directory, 'status'), '');
  const configuration = join(directory, 'apt.conf');
  await writeFile(
    configuration,
    [
      `Dir::State "${directory}/state";`,
      `Dir::State::status "${directory}/status";`,
      `Dir::Cache "${directory}";`,
      `Dir::Etc::SourceList "${directory}/sources.list";`,
      'Dir::Etc::SourceParts "/dev/null";',
      'Dir::Etc::Preferences "/dev/null";',
      'Dir::Etc::PreferencesParts "/dev/null";',
      // The host's own configuration may hold hooks that clean or call services: of it only the proxies are taken.
      'Dir::Etc::Main "/dev/null";',
      'Dir::Etc::Parts "/dev/null";',
      'Debug::NoLocking "true";',
      'APT::Sandbox::User "root";',
      'Acquire::Languages "none";',
      'Acquire::Retries "3";',
      ...(await hostProxies()),
      '',
    ].join('\n'),
  );
  return { configuration, lists, archives };
}

async function hostProxies(): Promise<string[]> {
  const { stdout } = await execute('apt-config', ['dump', 'Acquire'], { maxBuffer: APT_OUTPUT_LIMIT });
  return stdout.split('\n').filter((line) => /^Acquire::https?::(proxy|ca-?info|verify)/i.test(line));
}

async function refreshIndexes({ configuration, lists }: Workplace, step: BuildStep): Promise<void> {
  const names = (await readdir(lists)).filter((name) => name.endsWith('InRelease'));
  const { mtimeMs } = await stat(lists);
  if (names.length > 0 && Date.now() - mtimeMs < INDEX_MAX_AGE_MS) return;
  await runStep(step, {
    command: 'apt-get',
    args: ['--error-on=any', 'update'],
    env: aptEnvironment(configuration),
    purpose: 'Fetching the package lists',
    remedy: 'see whether the Debian mirror can be reached from here',
  });
}

async function closureOf(configuration: string, packages: readonly string[]): Promise<DebianPackage[]> {
  // Asked with an archives folder that is not there: of those that are downloaded already apt would print nothing.
  const nowhere = 'Dir::Cache::Archives=/dev/null/';
  const { stdout } = await execute(
    'apt-get',
    ['install', '--yes', '--no-install-recommends', '--print-uris', '-o', nowhere, ...packages],
    { env: aptEnvironment(configuration), maxBuffer: APT_OUTPUT_LIMIT },
  );
  return parsePrintUris(stdout);
}

async function download(
  workplace: Workplace,
  packages: readonly DebianPackage[],
  step: BuildStep,
): Promise<DownloadedPackage[]> {
  await runStep(step, {
    command: 'apt-get',
    args: ['download', ...packages.map(({ name, version }) => `${name}=${version}`)],
    cwd: workplace.archives,
    env: aptEnvironment(workplace.configuration),
    purpose: 'Fetching Debian packages',
    remedy: 'see whether the Debian mirror can be reached from here, then run the command again',
  });
  return packages.map((found) => ({ ...found, file: join(workplace.archives, found.fileName) }));
}

function aptEnvironment(configuration: string): NodeJS.ProcessEnv {
  return { ...process.env, APT_CONFIG: configuration, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
}
