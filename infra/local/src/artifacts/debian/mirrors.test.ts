import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEBIAN_MIRRORS, findMirrors, readHostSources } from './mirrors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apt-'));
  await mkdir(join(folder, 'sources.list.d'));
});
afterEach(() => rm(folder, { recursive: true }));

const mirrorsOf = async (files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return findMirrors(await readHostSources(folder), 'bookworm', DEBIAN_MIRRORS);
};

describe('the mirrors of the machine', () => {
  test('in the one-line style', async () => {
    const mirrors = await mirrorsOf({
      'sources.list': [
        '# deb http://old.example/debian bookworm main',
        'deb-src http://source.example/debian bookworm main',
        'deb [arch=amd64] http://mirror.example/debian/ bookworm main contrib # ours',
        'deb http://mirror.example/debian bookworm-updates main',
        'deb http://safe.example/debian-security bookworm-security main',
      ].join('\n'),
    });
    expect(mirrors).toEqual({
      archive: 'http://mirror.example/debian',
      security: 'http://safe.example/debian-security',
    });
  });

  test('in the deb822 style', async () => {
    const mirrors = await mirrorsOf({
      'sources.list.d/debian.sources': [
        'Types: deb deb-src\n# a snapshot\nURIs: https://mirror.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main',
        'Types: deb\nURIs: http://off.example/debian-security\nSuites: bookworm-security\nComponents: main\nEnabled: no',
        'Types: deb\nURIs: http://safe.example/debian-security\nSuites: bookworm-security\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      ].join('\n\n'),
    });
    expect(mirrors).toEqual({
      archive: 'https://mirror.example/debian',
      security: 'http://safe.example/debian-security',
    });
  });

  test('are not those of other publishers, and the usual ones where nothing is said', async () => {
    const mirrors = await mirrorsOf({
      'sources.list.d/other.list':
        'deb [signed-by=/usr/share/keyrings/other.gpg] https://packages.other.example/debian bookworm main\n',
      'sources.list.d/more.list': 'deb https://packages.more.example/debian bookworm stable\n',
      'sources.list.d/disc.list': 'deb cdrom:[Debian] bookworm main\n',
    });
    expect(mirrors).toEqual(DEBIAN_MIRRORS);
  });
});
