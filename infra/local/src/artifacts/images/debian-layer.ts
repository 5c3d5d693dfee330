import { cp, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildStep } from '../cache/artifact.ts';
import { hashTree } from '../cache/hash.ts';
import { withApt } from '../debian/apt.ts';
import { imageRelease } from '../debian/release.ts';
import { prune, unpackAll } from '../debian/unpack.ts';
import type { ArtifactContext } from '../context.ts';
import type { LayerRecipe } from '../oci/layer.ts';

/** Only for the installation of packages, for a console, or for what no container does; nothing links to them. */
const LEFT_OUT = [
  /^debconf$|^dpkg$|^tar$|^adduser$|^passwd$|^login\.defs$|^base-passwd$|^init-system-helpers$|^sysvinit-utils$/,
  /^libdebconfclient0$|^libpam-|^libsemanage|^libsepol2$|^libdb5\.3|^ucf$|^sensible-utils$/,
  /perl|python3|^libgdbm|^locales$|^libc-l10n$|^ssl-cert$|^procps$|^libproc2|^media-types$|^mawk$|^gcc-\d+-base$/,
  /^libllvm|^libz3-|^openssl$|^openssl-provider-legacy$|^readline-common$|^promtool$|^fonts-|^libjs-|^javascript-common$/,
  /^iproute2$|^libbpf|^libelf|^libmnl|^libtirpc|^libxtables|^libcap2-bin$|^postgresql-common|^postgresql-client-common$/,
];

/** Documentation, translations and what an installed system needs. */
const PRUNED = [
  ...['doc', 'man', 'info', 'locale', 'lintian', 'bug', 'bash-completion', 'zsh', 'i18n', 'pixmaps', 'icons', 'doc-base'].map(
    (name) => `usr/share/${name}`,
  ),
  ...['cron.d', 'cron.daily', 'init.d', 'logrotate.d', 'apparmor.d', 'default', 'systemd'].map((name) => `etc/${name}`),
  'usr/lib/systemd',
  'usr/lib/x86_64-linux-gnu/gconv',
  'var/cache',
  'var/lib/dpkg',
];

export interface DebianLayer {
  name: string;
  version: string;
  packages: readonly string[];
  /** Packages of layers below, with all they depend on: not repeated in this one. */
  below?: readonly string[];
  /** Folder whose files are laid over the packages', and its hash. */
  overlay?: { folder: string; hash: string };
  /** Last changes to the files; code of {@link RECIPE_SOURCES}, which count as an input of every such layer. */
  finish?: (root: string) => Promise<void>;
}

/** The modules in which Debian layers are described. */
const RECIPE_SOURCES = ['debian-layer.ts', 'base-layers.ts', 'store-images.ts'];

function recipeHash(): Promise<string> {
  return hashTree(import.meta.dirname, RECIPE_SOURCES);
}

/** A layer of Debian packages with all they depend on; their installation scripts are not run. */
export async function debianLayer(context: ArtifactContext, layer: DebianLayer): Promise<LayerRecipe> {
  const below = layer.below ?? [];
  return {
    name: layer.name,
    version: layer.version,
    inputs: [
      imageRelease.sources,
      JSON.stringify([layer.packages, below]),
      layer.overlay?.hash ?? '',
      await recipeHash(),
    ],
    title: `Unpack ${layer.name}`,
    async build(root, step) {
      await unpackClosure(context, { packages: layer.packages, below }, { root, step });
      await mergeUsr(root);
      await prune(root, PRUNED);
      if (layer.overlay !== undefined) await cp(layer.overlay.folder, root, { recursive: true });
      await layer.finish?.(root);
    },
  };
}

async function unpackClosure(
  context: ArtifactContext,
  { packages, below }: { packages: readonly string[]; below: readonly string[] },
  { root, step }: { root: string; step: BuildStep },
): Promise<void> {
  const downloaded = await withApt(context, imageRelease, step, async (apt) => {
    const present = new Set(below.length === 0 ? [] : (await apt.closure(below)).map(({ name }) => name));
    const wanted = (await apt.closure(packages)).filter(
      ({ name }) => !present.has(name) && (packages.includes(name) || !LEFT_OUT.some((pattern) => pattern.test(name))),
    );
    return apt.download(wanted);
  });
  await unpackAll(downloaded, root, step);
}

/** In a layer a folder `lib` would hide the base's link of that name, and all libraries with it. */
async function mergeUsr(root: string): Promise<void> {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const path = join(root, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() !== true) continue;
    await mkdir(join(root, 'usr', name), { recursive: true });
    await cp(path, join(root, 'usr', name), { recursive: true, verbatimSymlinks: true });
    await rm(path, { recursive: true });
  }
}
