import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent } from '../../launcher/files.ts';
import { run } from '../../launcher/run.ts';
import type { BuildStep } from '../cache/artifact.ts';
import { withFileLock } from '../cache/file-lock.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { installSystemPackages } from './install.ts';
import { type DebianPackage, parsePrintUris } from './print-uris.ts';
import { keyringOf, type Release, sourcesByHostMirrors } from './release.ts';

const INDEX_MAX_AGE_MS = 24 * 3600 * 1000;

/** apt with a state of its own: of the host only the mirrors and proxies are taken, nothing is changed, and root is not needed. */
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
      await ensureKeyring(release, step);
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
  const sources = await sourcesByHostMirrors(release);
  const sourcesFile = join(directory, 'sources.list');
  // Of other mirrors there are no lists yet, however young those are that are there.
  if ((await readIfPresent(sourcesFile)) !== sources) await rm(lists, { recursive: true, force: true });
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(sourcesFile, sources);
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

/** Another distribution's packages are checked by that one's keys. */
async function ensureKeyring({ distribution }: Release, step: BuildStep): Promise<void> {
  if (existsSync(keyringOf(distribution))) return;
  await installSystemPackages(step, [`${distribution}-archive-keyring`], `Fetching packages of ${distribution}`);
}

async function hostProxies(): Promise<string[]> {
  const stdout = await run('apt-config', ['dump', 'Acquire']);
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
  const stdout = await run(
    'apt-get',
    ['install', '--yes', '--no-install-recommends', '--print-uris', '-o', nowhere, ...packages],
    { env: aptEnvironment(configuration) },
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
