import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import { ensureLayer } from '../oci/layer.ts';
import { dependenciesLayer, sourcesLayer, webClientLayer } from './application-layers.ts';
import { BASE_ENVIRONMENT, BASE_PACKAGES, baseLayer, nodeLayer } from './base-layers.ts';
import { debianLayer } from './debian-layer.ts';
import type { ApplicationKey, ServiceKey } from './image-names.ts';
import type { ImageParts } from './store-images.ts';

type ApplicationImage = (context: ArtifactContext) => Promise<ImageParts>;

const USER = '10001:10001';
/** Loaded before all else: it hooks the loading of modules to trace them. */
const TELEMETRY = ['--import', '@chatplatform/kit/telemetry-register'];

/** The product's own images. All services and the operator share every layer and differ in where and what they start. */
export const applicationImages: Record<ApplicationKey, ApplicationImage> = {
  auth: (context) => serviceImage(context, 'auth'),
  user: (context) => serviceImage(context, 'user'),
  chat: (context) => serviceImage(context, 'chat'),
  notification: (context) => serviceImage(context, 'notification'),
  media: (context) => serviceImage(context, 'media'),
  gateway: (context) => serviceImage(context, 'gateway'),
  analytics: (context) => serviceImage(context, 'analytics'),
  operator: (context) => nodeImage(context, '/app/operator', ['node', 'src/main.ts']),

  async web(context) {
    const [base, nginx, client] = await Promise.all([
      baseLayer(context),
      nginxLayer(context),
      webClientLayer(context),
    ]);
    return {
      layers: [base, nginx, client],
      // As in the official image: it finishes what it serves.
      config: {
        user: USER,
        env: BASE_ENVIRONMENT,
        command: ['nginx', '-g', 'daemon off;'],
        stopSignal: 'SIGQUIT',
      },
    };
  },
};

function serviceImage(context: ArtifactContext, name: ServiceKey): Promise<ImageParts> {
  return nodeImage(context, `/app/services/${name}`, ['node', ...TELEMETRY, 'src/main.ts']);
}

/** The command is the image's default, not its entrypoint, so that a Job can run `node src/migrate.ts` in its place. */
async function nodeImage(
  context: ArtifactContext,
  workingDirectory: string,
  command: readonly string[],
): Promise<ImageParts> {
  const layers = await Promise.all([
    baseLayer(context),
    nodeLayer(context),
    dependenciesLayer(context),
    sourcesLayer(context),
  ]);
  return {
    layers,
    config: { user: USER, env: [...BASE_ENVIRONMENT, 'NODE_ENV=production'], command, workingDirectory },
  };
}

async function nginxLayer(context: ArtifactContext) {
  return ensureLayer(
    context,
    await debianLayer(context, {
      name: 'nginx',
      version: 'trixie',
      packages: ['nginx'],
      below: BASE_PACKAGES,
      async finish(root) {
        await rm(join(root, 'usr/share/nginx/html'), { recursive: true, force: true });
        // nginx opens these before it reads its configuration, which names others.
        const logs = join(root, 'var/log/nginx');
        await rm(logs, { recursive: true, force: true });
        await mkdir(logs, { recursive: true });
        await symlink('/dev/stdout', join(logs, 'access.log'));
        await symlink('/dev/stderr', join(logs, 'error.log'));
      },
    }),
  );
}
