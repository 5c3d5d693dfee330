import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashTree, listTree } from '../cache/hash.ts';
import type { ArtifactContext } from '../context.ts';
import { ensureLayer, type Layer } from '../oci/layer.ts';
import { debianLayer } from './debian-layer.ts';

const execute = promisify(execFile);

/** What programs of glibc link to, certificates, time zones: enough for Node, Java and Go. */
export const BASE_PACKAGES = [
  'base-files',
  'libc6',
  // Brings the locale C.UTF-8, the only one there is.
  'libc-bin',
  'libstdc++6',
  'libgcc-s1',
  'libatomic1',
  'ca-certificates',
  'tzdata',
  'netbase',
];

/** Environment of every image that has a base. */
export const BASE_ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
  'LANG=C.UTF-8',
  'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
];

/** Files laid over a layer's packages: infra/local/images/<name>/rootfs. */
export async function overlayOf(context: ArtifactContext, name: string): Promise<{ folder: string; hash: string }> {
  const folder = join(context.repository, 'infra/local/images', name, 'rootfs');
  return { folder, hash: await hashTree(folder, ['.']) };
}

export async function baseLayer(context: ArtifactContext): Promise<Layer> {
  return ensureLayer(
    context,
    await debianLayer(context, {
      name: 'base',
      version: 'trixie',
      packages: BASE_PACKAGES,
      overlay: await overlayOf(context, 'base'),
      async finish(root) {
        await bundleCertificates(root);
        await mkdir(join(root, 'tmp'), { recursive: true });
        await chmod(join(root, 'tmp'), 0o1777);
      },
    }),
  );
}

/** What update-ca-certificates does at the installation of the package. */
async function bundleCertificates(root: string): Promise<void> {
  const folder = join(root, 'usr/share/ca-certificates');
  const files = (await listTree(folder, '.', (path) => path.endsWith('/') || path.endsWith('.crt'))).sort();
  const certificates = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates.join(''));
}

/** A shell and the usual small programs, in two megabytes. */
export async function shellLayer(context: ArtifactContext): Promise<Layer> {
  return ensureLayer(
    context,
    await debianLayer(context, {
      name: 'shell',
      version: 'trixie',
      packages: ['busybox-static'],
      async finish(root) {
        const bin = join(root, 'usr/bin');
        const busybox = join(bin, 'busybox');
        const { stdout } = await execute(busybox, ['--list']);
        for (const applet of stdout.trim().split('\n')) {
          if (applet !== 'busybox') await symlink('busybox', join(bin, applet));
        }
      },
    }),
  );
}

/** Node, as the npm package of that name brings it. */
export async function nodeLayer(context: ArtifactContext): Promise<Layer> {
  const folder = join(context.repository, 'node_modules/node');
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return ensureLayer(context, {
    name: 'node',
    version,
    inputs: [process.arch],
    title: `Pack Node ${version}`,
    async build(root) {
      await mkdir(join(root, 'usr/local/bin'), { recursive: true });
      await cp(join(folder, 'bin/node'), join(root, 'usr/local/bin/node'), { dereference: true });
      await chmod(join(root, 'usr/local/bin/node'), 0o755);
    },
  });
}
