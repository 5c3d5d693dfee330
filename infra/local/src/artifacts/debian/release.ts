import { readFile } from 'node:fs/promises';
import { LauncherError } from '../../launcher/launcher-error.ts';
import { DEBIAN_MIRRORS, findMirrors, type Mirrors, readHostSources, UBUNTU_MIRRORS } from './mirrors.ts';

/** A release whose packages are fetched. */
export interface Release {
  distribution: 'debian' | 'ubuntu';
  codename: string;
  /** One-line-style apt sources by the distribution's own mirrors: they name what is fetched, wherever from. */
  sources: string;
}

/** The release that images are made of, whatever the host's. */
export const imageRelease = release('debian', 'trixie', DEBIAN_MIRRORS);

function release(distribution: Release['distribution'], codename: string, mirrors: Mirrors): Release {
  return { distribution, codename, sources: renderSources(distribution, codename, mirrors) };
}

function renderSources(distribution: Release['distribution'], codename: string, { archive, security }: Mirrors): string {
  const components = distribution === 'ubuntu' ? 'main universe' : 'main';
  const from = (mirror: string, suite: string) => `deb [signed-by=${keyringOf(distribution)}] ${mirror} ${suite} ${components}\n`;
  return [from(archive, codename), from(archive, `${codename}-updates`), from(security, `${codename}-security`)].join('');
}

/** File of the keys that a distribution signs its releases with; the package `<distribution>-archive-keyring` brings it. */
export function keyringOf(distribution: Release['distribution']): string {
  return `/usr/share/keyrings/${distribution}-archive-keyring.gpg`;
}

/** A release's sources by the mirrors that this machine uses, where it is of the same distribution. */
export async function sourcesByHostMirrors({ distribution, codename, sources }: Release): Promise<string> {
  const host = await readOsRelease();
  if (host['ID'] !== distribution) return sources;
  const usual = distribution === 'ubuntu' ? UBUNTU_MIRRORS : DEBIAN_MIRRORS;
  const mirrors = findMirrors(await readHostSources(), host['VERSION_CODENAME'] ?? '', usual);
  return renderSources(distribution, codename, mirrors);
}

/** The host's own release. @throws LauncherError where it is neither Debian nor Ubuntu */
export async function hostRelease(osReleaseFile?: string): Promise<Release> {
  const fields = await readOsRelease(osReleaseFile);
  const codename = fields['VERSION_CODENAME'];
  if (codename !== undefined && fields['ID'] === 'debian') return release('debian', codename, DEBIAN_MIRRORS);
  if (codename !== undefined && fields['ID'] === 'ubuntu') return release('ubuntu', codename, UBUNTU_MIRRORS);
  throw new LauncherError(`this machine runs ${fields['PRETTY_NAME'] ?? 'an unknown system'}, not Debian or Ubuntu`, {
    remedy: 'use a Debian or Ubuntu machine, Docker (docker compose up), or a cluster (chatplatform up --context NAME)',
  });
}

async function readOsRelease(file = '/etc/os-release'): Promise<Record<string, string>> {
  return parseOsRelease(await readFile(file, 'utf8').catch(() => ''));
}

/** Fields of an os-release file. */
export function parseOsRelease(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^([A-Z_]+)="?(.*?)"?$/.exec(line.trim()));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1], match[2]]])));
}
