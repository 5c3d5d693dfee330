import { join } from 'node:path';
import { createArtifactContext, ensureImage, ensureImages, ensureKubernetes } from '../artifacts/index.ts';
import type { NodeImage } from '../artifacts/index.ts';
import { SERVICE_KEYS, STORE_KEYS, ofAnyVersion } from '../artifacts/images/image-names.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { createKubectl } from '../cluster/kubectl.ts';
import { linkTools } from '../cluster/tools.ts';
import type { Progress } from '../launcher/progress.ts';
import { applyAddons } from './addons/index.ts';
import { installPackages } from './host/packages.ts';
import { readImageSources, writeImageSources } from './image-sources.ts';
import { contentReference, imageResolver, importImages } from './images.ts';
import type { ImageResolver } from './images.ts';
import type { NodeLayout } from './layout.ts';
import { settings } from './settings.ts';
import { startNode } from './start-node.ts';

export interface EmbeddedClusterOptions {
  layout: NodeLayout;
  cacheDirectory: string;
  /** Root of the working copy. */
  repository: string;
  progress: Progress;
  /** Resolves when the npm packages of the working copy are there. */
  npmPackages: Promise<void>;
}

/** Brings the embedded node up, from whatever stage an earlier run has reached. */
export async function bringUpEmbeddedCluster(options: EmbeddedClusterOptions): Promise<Cluster> {
  const { layout, progress, cacheDirectory, repository, npmPackages } = options;
  await installPackages(progress, join(layout.logs, 'apt.log'));
  const artifacts = createArtifactContext({ progress, cacheDirectory, repository, npmPackages });
  const earlier = await readImageSources(layout.imageSources);
  // Everything is asked for at once; each stage starts as soon as what it needs itself is there.
  const systemImages = ensureImages(artifacts, 'system', earlier);
  const platformImages = Promise.all([
    ensureImages(artifacts, 'stores', earlier),
    ensureImages(artifacts, 'application', earlier),
  ]).then((groups) => groups.flat());
  // Awaited below; until then a failure must not end the process unexplained.
  for (const group of [systemImages, platformImages]) group.catch(() => undefined);
  const [programs, pause] = await Promise.all([
    ensureKubernetes(artifacts),
    ensureImage(artifacts, 'pause', earlier.pause),
  ]);
  const tools = await linkTools(layout.tools, {
    kubectl: join(programs, 'kubectl'),
    helm: join(programs, 'helm'),
  });
  const kubectl = createKubectl({ binary: tools.kubectl, kubeconfig: layout.kubeconfig });
  const load = (what: string, images: readonly NodeImage[]) =>
    progress.step(`Import the images of ${what}`, (report) =>
      importImages(artifacts, layout.containerdSocket, images, report),
    );

  await startNode({ layout, programs, kubectl, pauseImage: contentReference(pause), progress });
  // The platform's images are many: they are imported while the last of the node's own are compiled.
  const [images] = await Promise.all([
    platformImages.then(async (images) => {
      await load('the platform', images);
      return images;
    }),
    systemImages.then(async (images) => {
      await load('the node', images);
      await applyAddons(kubectl, layout, imageResolver(images));
    }),
  ]);
  await writeImageSources(layout.imageSources, [...(await systemImages), ...images]);
  return {
    kubectl,
    helm: tools.helm,
    values: operatorValues(imageResolver(images)),
    spec: {
      stores: { sql: { engine: 'PostgreSQL' } },
      exposure: {
        type: 'NodePort',
        nodePort: settings.edgeNodePort,
        url: `http://${settings.nodeAddress}:${settings.edgeNodePort}`,
      },
    },
  };
}

/** The kubelet looks every ten seconds, and at most half as long again. */
const SECRET_PROPAGATION_SECONDS = 20;

/** The chart's values: every image of the platform as it is called on the node. */
function operatorValues(image: ImageResolver): Record<string, unknown> {
  const own = [...SERVICE_KEYS, 'web'] as const;
  return {
    image: image('operator'),
    images: Object.fromEntries([
      ...own.map((key) => [key, ofAnyVersion(image(key))]),
      ...STORE_KEYS.map((key) => [key, image(key)]),
    ]),
    secretPropagationSeconds: SECRET_PROPAGATION_SECONDS,
  };
}
