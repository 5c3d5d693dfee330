import { chmod, cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactContext } from '../context.ts';
import { ensureNodeAddon, type NodeAddon } from '../programs/kubernetes.ts';
import { shellLayer } from './base-layers.ts';
import { fileLayer } from './file-layer.ts';
import type { SystemKey } from './image-names.ts';
import type { ImageParts } from './store-images.ts';

type SystemImage = (context: ArtifactContext) => Promise<ImageParts>;

/** Images of the node itself: a static program each, and a small shell for the provisioner's helper Pods. */
export const systemImages: Record<SystemKey, SystemImage> = {
  pause: (context) => staticImage(context, 'pause'),
  coredns: (context) => staticImage(context, 'coredns'),
  'local-path-provisioner': (context) => staticImage(context, 'local-path-provisioner'),
  'metrics-server': (context) => staticImage(context, 'metrics-server'),
  async busybox(context) {
    const root = await fileLayer(context, 'busybox', ['bin'], async (folder) => {
      await symlink('usr/bin', join(folder, 'bin'));
    });
    return { layers: [root, await shellLayer(context)], config: { env: ['PATH=/usr/bin'], command: ['sh'] } };
  },
};

async function staticImage(context: ArtifactContext, program: NodeAddon): Promise<ImageParts> {
  const file = await ensureNodeAddon(context, program);
  const layer = await fileLayer(context, program, [file], async (root) => {
    await cp(file, join(root, program));
    await chmod(join(root, program), 0o755);
    await mkdir(join(root, 'tmp'));
    await chmod(join(root, 'tmp'), 0o1777);
  });
  return { layers: [layer], config: { user: '65532:65532', env: ['PATH=/'], entrypoint: [`/${program}`] } };
}
