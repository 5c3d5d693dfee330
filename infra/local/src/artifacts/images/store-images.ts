import { chmod, cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import type { ImageConfig } from '../oci/image.ts';
import { ensureLayer, type Layer } from '../oci/layer.ts';
import { ensureInfluxd } from '../programs/influxdb.ts';
import { ensureJaeger } from '../programs/jaeger.ts';
import { ensureMongoStandInFolder, MONGODB_STAND_IN_JVM_OPTIONS } from '../programs/mongodb-stand-in.ts';
import { ensureNpmProgram, type NpmProgram } from '../programs/npm-programs.ts';
import { BASE_ENVIRONMENT, BASE_PACKAGES, baseLayer, nodeLayer, overlayOf, shellLayer } from './base-layers.ts';
import { type DebianLayer, debianLayer } from './debian-layer.ts';
import { fileLayer } from './file-layer.ts';
import type { StoreKey } from './image-names.ts';

/** What an image is made of. */
export interface ImageParts {
  layers: Layer[];
  config: ImageConfig;
}

type StoreImage = (context: ArtifactContext) => Promise<ImageParts>;

const STORE_USER = '999:999';

/** The stores' images: each takes the settings of the official image of that store that the operator uses. */
export const storeImages: Record<StoreKey, StoreImage> = {
  async redis(context) {
    const layers = await packageLayers(context, { name: 'redis', packages: ['redis-server'] });
    return {
      layers,
      config: { user: STORE_USER, env: BASE_ENVIRONMENT, command: ['redis-server'], workingDirectory: '/data' },
    };
  },

  async rabbitmq(context) {
    const layers = await packageLayers(context, {
      name: 'rabbitmq',
      packages: ['rabbitmq-server'],
      finish: linkRabbitmqPrograms,
    });
    return {
      layers,
      config: {
        user: STORE_USER,
        env: [...BASE_ENVIRONMENT, 'HOME=/var/lib/rabbitmq', 'RABBITMQ_LOGS=-'],
        command: ['rabbitmq-server'],
        workingDirectory: '/var/lib/rabbitmq',
      },
    };
  },

  async postgresql(context) {
    const layers = await packageLayers(context, {
      name: 'postgresql',
      packages: ['postgresql-17'],
      overlay: await overlayOf(context, 'postgresql'),
      async finish(root) {
        await mkdir(join(root, 'docker-entrypoint-initdb.d'), { recursive: true });
        await mkdir(join(root, 'var/lib/postgresql/data'), { recursive: true });
      },
    });
    return {
      layers,
      config: {
        user: STORE_USER,
        env: [
          ...BASE_ENVIRONMENT.filter((line) => !line.startsWith('PATH=')),
          'PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin',
          'PGDATA=/var/lib/postgresql/data',
        ],
        entrypoint: ['docker-entrypoint.sh'],
        command: ['postgres'],
        // As in the official image: it does not wait for its clients to go.
        stopSignal: 'SIGINT',
      },
    };
  },

  async mongodb(context) {
    const program = await ensureMongoStandInFolder(context);
    const overlay = await overlayOf(context, 'mongodb');
    const layer = await fileLayer(context, 'mongodb', [program, overlay.hash], async (root) => {
      await cp(program, join(root, 'opt/mongodb'), { recursive: true, verbatimSymlinks: true });
      await cp(overlay.folder, root, { recursive: true });
    });
    return {
      layers: [await baseLayer(context), await shellLayer(context), layer],
      config: {
        user: STORE_USER,
        env: [...BASE_ENVIRONMENT, `JAVA_OPTIONS=${MONGODB_STAND_IN_JVM_OPTIONS.join(' ')}`],
        entrypoint: ['docker-entrypoint.sh'],
        command: ['mongod'],
      },
    };
  },

  async influxdb(context) {
    const layer = await programLayer(context, 'influxdb', await ensureInfluxd(context), 'usr/bin/influxd');
    return {
      layers: [await baseLayer(context), layer],
      config: { user: '1000:1000', env: BASE_ENVIRONMENT, command: ['influxd'] },
    };
  },

  azurite: (context) => npmImage(context, 'azurite', { 'azurite-blob': 'azurite/dist/src/blob/main.js' }),

  maildev: (context) => npmImage(context, 'maildev', { maildev: 'maildev/dist/bin/maildev.js' }),

  async jaeger(context) {
    const layer = await programLayer(context, 'jaeger', await ensureJaeger(context), 'usr/bin/jaeger-all-in-one');
    return {
      layers: [await baseLayer(context), layer],
      config: { user: '10001:10001', env: BASE_ENVIRONMENT, entrypoint: ['jaeger-all-in-one'] },
    };
  },

  async prometheus(context) {
    const layers = await packageLayers(context, { name: 'prometheus', packages: ['prometheus'] });
    return {
      layers,
      config: { user: '65534:65534', env: BASE_ENVIRONMENT, entrypoint: ['prometheus'], workingDirectory: '/prometheus' },
    };
  },
};

/** Base, shell, and a store's packages. */
async function packageLayers(context: ArtifactContext, layer: Omit<DebianLayer, 'version' | 'below'>): Promise<Layer[]> {
  return [
    await baseLayer(context),
    await shellLayer(context),
    await ensureLayer(context, await debianLayer(context, { ...layer, version: 'trixie', below: BASE_PACKAGES })),
  ];
}

/** Debian's `rabbitmq-server` insists on a certain user and on su; the programs below it do not. */
async function linkRabbitmqPrograms(root: string): Promise<void> {
  const folder = '/usr/lib/rabbitmq/lib';
  const [release] = await readdir(join(root, folder));
  if (release === undefined) throw new Error(`the package rabbitmq-server holds no ${folder}`);
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  for (const program of await readdir(join(root, folder, release, 'sbin'))) {
    await symlink(`${folder}/${release}/sbin/${program}`, join(root, 'usr/local/bin', program));
  }
}

/** A layer of one program at `path`. */
async function programLayer(context: ArtifactContext, name: string, program: string, path: string): Promise<Layer> {
  return fileLayer(context, name, [program, path], async (root) => {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await cp(program, join(root, path), { dereference: true });
    await chmod(join(root, path), 0o755);
  });
}

/** @param programs name on the PATH to its file below node_modules; the first is the default command */
async function npmImage(
  context: ArtifactContext,
  name: NpmProgram,
  programs: Record<string, string>,
): Promise<ImageParts> {
  const folder = await ensureNpmProgram(context, name);
  const layer = await fileLayer(context, name, [folder, JSON.stringify(programs)], async (root) => {
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    await cp(join(folder, 'node_modules'), join(root, 'opt', name, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !/\.(d\.[cm]?ts|map|md)$/.test(file),
    });
    for (const [program, file] of Object.entries(programs)) {
      const target = `/opt/${name}/node_modules/${file}`;
      await chmod(join(root, target), 0o755);
      await symlink(target, join(root, 'usr/local/bin', program));
    }
  });
  return {
    layers: [await baseLayer(context), await shellLayer(context), await nodeLayer(context), layer],
    config: {
      user: '1000:1000',
      env: [...BASE_ENVIRONMENT, 'NODE_ENV=production'],
      command: Object.keys(programs).slice(0, 1),
      workingDirectory: `/opt/${name}`,
    },
  };
}
