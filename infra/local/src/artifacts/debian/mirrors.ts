import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where an archive's packages are fetched from. */
export interface Mirrors {
  archive: string;
  security: string;
}

/** Where Debian and Ubuntu say to fetch from. */
export const DEBIAN_MIRRORS: Mirrors = {
  archive: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
};
export const UBUNTU_MIRRORS: Mirrors = {
  archive: 'http://archive.ubuntu.com/ubuntu',
  security: 'http://archive.ubuntu.com/ubuntu',
};

/** An entry of apt's sources. */
export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
  /** File of keys; empty where any key that apt trusts will do. */
  signedBy: string;
}

/** Sources of a file in the one-line style: `deb [signed-by=/k.gpg] http://host/debian bookworm main`. */
export function parseSourcesList(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri, suite, components = ''] =
      /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line.trim()) ?? [];
    if (uri === undefined || suite === undefined) return [];
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1] ?? '';
    return [{ uris: [uri], suites: [suite], components: words(components), signedBy }];
  });
}

/** Sources of a file in the deb822 style: paragraphs of fields, the enabled ones of binary packages. */
export function parseSourcesParagraphs(text: string): AptSource[] {
  const paragraphs = text.split(/\n\s*\n/).map((paragraph) => {
    const lines = paragraph.split('\n').filter((line) => !line.startsWith('#'));
    const folded = lines.join('\n').replace(/\n[ \t]+/g, ' ');
    const pairs = [...folded.matchAll(/^([\w-]+):[ \t]*(.*)$/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]);
    return Object.fromEntries(pairs) as Record<string, string | undefined>;
  });
  return paragraphs
    .filter((fields) => words(fields['types']).includes('deb') && fields['enabled'] !== 'no')
    .map((fields) => ({
      uris: words(fields['uris']),
      suites: words(fields['suites']),
      components: words(fields['components']),
      signedBy: fields['signed-by'] ?? '',
    }));
}

/**
 * The mirrors that a machine's own apt fetches its release from; what its sources do not say is taken from `fallback`.
 * Other publishers use the same suites and components: what is signed by a key of theirs does not count.
 */
export function findMirrors(sources: readonly AptSource[], codename: string, fallback: Mirrors): Mirrors {
  const mirrorOf = (suite: string) =>
    sources
      .filter(({ suites, components }) => suites.includes(suite) && components.includes('main'))
      .filter(({ signedBy }) => signedBy === '' || /(debian|ubuntu)-archive-/.test(signedBy))
      .flatMap(({ uris }) => uris)
      .find((uri) => /^https?:/.test(uri))
      ?.replace(/\/+$/, '');
  return {
    archive: mirrorOf(codename) ?? fallback.archive,
    security: mirrorOf(`${codename}-security`) ?? fallback.security,
  };
}

/** All sources of this machine's apt. */
export async function readHostSources(folder = '/etc/apt'): Promise<AptSource[]> {
  const parts = join(folder, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).sort();
  const files = [join(folder, 'sources.list'), ...names.map((name) => join(parts, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text, index) =>
    files[index]?.endsWith('.sources') ? parseSourcesParagraphs(text) : parseSourcesList(text),
  );
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
