import { readFile } from 'node:fs/promises';
import { LauncherError } from '../../launcher/launcher-error.ts';

/** A release whose packages are fetched. */
export interface Release {
  codename: string;
  /** One-line-style apt sources. */
  sources: string;
}

const DEBIAN_MIRROR = 'http://deb.debian.org/debian';
const DEBIAN_SECURITY_MIRROR = 'http://deb.debian.org/debian-security';
const UBUNTU_MIRROR = 'http://archive.ubuntu.com/ubuntu';

/** The release that images are made of, whatever the host's. */
export const imageRelease = debian('trixie', DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR);

function debian(codename: string, mirror: string, securityMirror: string): Release {
  const signed = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  return {
    codename,
    sources: [
      `deb ${signed} ${mirror} ${codename} main`,
      `deb ${signed} ${mirror} ${codename}-updates main`,
      `deb ${signed} ${securityMirror} ${codename}-security main`,
      '',
    ].join('\n'),
  };
}

function ubuntu(codename: string): Release {
  const signed = '[signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg]';
  const pockets = ['', '-updates', '-security'];
  return {
    codename,
    sources: pockets
      .map((pocket) => `deb ${signed} ${UBUNTU_MIRROR} ${codename}${pocket} main universe\n`)
      .join(''),
  };
}

/** The host's own release. @throws LauncherError where it is neither Debian nor Ubuntu */
export async function hostRelease(osReleaseFile = '/etc/os-release'): Promise<Release> {
  const fields = parseOsRelease(await readFile(osReleaseFile, 'utf8').catch(() => ''));
  const codename = fields['VERSION_CODENAME'];
  if (codename !== undefined && fields['ID'] === 'debian') return debian(codename, DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR);
  if (codename !== undefined && fields['ID'] === 'ubuntu') return ubuntu(codename);
  throw new LauncherError(`this machine runs ${fields['PRETTY_NAME'] ?? 'an unknown system'}, not Debian or Ubuntu`, {
    remedy: 'use a Debian or Ubuntu machine, Docker (docker compose up), or a cluster (chatplatform up --context NAME)',
  });
}

/** Fields of an os-release file. */
export function parseOsRelease(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^([A-Z_]+)="?(.*?)"?$/.exec(line.trim()));
  return Object.fromEntries(lines.flatMap((match) => (match === null ? [] : [[match[1], match[2]]])));
}
