import { existsSync } from 'node:fs';
import { type ArtifactRecipe, ensureArtifact } from '../cache/artifact.ts';
import type { ArtifactContext } from '../context.ts';
import { withApt } from './apt.ts';
import { hostRelease, type Release } from './release.ts';
import { makeLinksRelative, prune, unpackAll } from './unpack.ts';

/** A program by which one sees that a package is installed. */
const PROGRAMS: Record<HostPackage, string> = {
  'redis-server': '/usr/bin/redis-server',
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
  postgresql: '/usr/lib/postgresql',
  nginx: '/usr/sbin/nginx',
};

export type HostPackage = 'redis-server' | 'rabbitmq-server' | 'postgresql' | 'nginx';

/**
 * The C library is left to the host, because it must match the host's dynamic loader; the others only serve the
 * installation of packages, PostgreSQL's just-in-time compiler or its Perl and Python scripts.
 */
const LEFT_OUT = [
  /^libc6$|^libc-bin$|^gcc-\d+-base$/,
  /^perl|^libperl|^debconf$|^dpkg$|^tar$|^adduser$|^passwd$|^init-system-helpers$|^sysvinit-utils$/,
  /^lsb-base$|^logrotate$|^cron|^locales$|^systemd|^ucf$|^sensible-utils$|^ssl-cert$|^mount$/,
  /^libllvm\d|^libz3-\d|^postgresql-contrib$|^(lib)?python3/,
];

function isLeftOut(name: string): boolean {
  return LEFT_OUT.some((pattern) => pattern.test(name));
}

/**
 * Servers of the host's own release, unpacked into the cache without root and without installing anything.
 *
 * @returns the folder below which they are found (`<folder>/usr/bin/redis-server`), or '' when all are installed
 * @throws LauncherError where the host is neither Debian nor Ubuntu
 */
export async function ensureHostPackages(
  context: ArtifactContext,
  packages: readonly HostPackage[],
): Promise<string> {
  if (packages.every((name) => existsSync(PROGRAMS[name]))) return '';
  return ensureArtifact(context, hostPackagesRecipe(context, packages, await hostRelease()));
}

function hostPackagesRecipe(
  context: ArtifactContext,
  packages: readonly HostPackage[],
  release: Release,
): ArtifactRecipe {
  return {
    name: 'host-packages',
    version: release.codename,
    inputs: [release.sources, ...packages, ...LEFT_OUT.map(String)],
    title: `Fetch ${packages.join(', ')}`,
    async build(directory, step) {
      await withApt(context, release, step, async (apt) => {
        const closure = await apt.closure(packages);
        const wanted = closure.filter(({ name }) => !isLeftOut(name));
        await unpackAll(await apt.download(wanted), directory, step);
      });
      await prune(directory, ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/lintian']);
      await makeLinksRelative(directory);
    },
  };
}
