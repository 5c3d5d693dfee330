import { z } from 'zod';
import { imageOverridesSchema } from '@chatplatform/operator/platform/images';
import type { ImageOverrides } from '@chatplatform/operator/platform/images';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { ApiError, isNotFound } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import type { Cluster } from './cluster.ts';

/** An operator that is installed, as its Deployment tells. */
export interface InstalledOperator {
  readonly namespace: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly image: string | undefined;
  /** Pods that serve, of those wanted: `1/2`. */
  readonly ready: string;
  /** The one namespace it looks after; empty: all. */
  readonly watchNamespace: string;
  /** Name of the webhook's Service and of the Secret with its certificate; undefined: it is switched off. */
  readonly webhook: string | undefined;
  readonly images: ImageOverrides;
}

const SELECTOR = 'app.kubernetes.io/name=chatplatform-operator,app.kubernetes.io/component=operator';

const deploymentSchema = z.object({
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({
            name: z.string(),
            image: z.string(),
            env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
          }),
        ),
        volumes: z
          .array(z.object({ name: z.string(), configMap: z.object({ name: z.string() }).optional() }))
          .default([]),
      }),
    }),
  }),
  status: z.object({ readyReplicas: z.number().default(0) }).default({ readyReplicas: 0 }),
});

type Deployment = z.infer<typeof deploymentSchema>;

async function imagesOf(
  { client }: Cluster,
  namespace: string,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<ImageOverrides> {
  const name = deployment.spec.template.spec.volumes.find((volume) => volume.name === 'images')?.configMap
    ?.name;
  if (name === undefined) return {};
  try {
    const { data } = (await client.get(KINDS.configMap, { namespace, name }, { signal })) as KubeObject & {
      data?: Record<string, string>;
    };
    return imageOverridesSchema.parse(JSON.parse(data?.['images.json'] ?? '{}'));
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}

async function describe(
  cluster: Cluster,
  { metadata, ...object }: KubeObject,
  signal: AbortSignal,
): Promise<InstalledOperator> {
  const deployment = deploymentSchema.parse(object);
  const container = deployment.spec.template.spec.containers.find(({ name }) => name === 'operator');
  const namespace = metadata.namespace ?? '';
  return {
    namespace,
    name: metadata.name,
    version: metadata.labels?.['app.kubernetes.io/version'],
    image: container?.image,
    ready: `${deployment.status.readyReplicas}/${deployment.spec.replicas}`,
    webhook: container?.env.find(({ name }) => name === 'WEBHOOK_SERVICE')?.value,
    watchNamespace: container?.env.find(({ name }) => name === 'WATCH_NAMESPACE')?.value ?? '',
    images: await imagesOf(cluster, namespace, deployment, signal),
  };
}

/** Every operator of the cluster; undefined when this person may not look for them. */
export async function findOperators(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly InstalledOperator[] | undefined> {
  try {
    const found = await cluster.listAll(KINDS.deployment, { labelSelector: SELECTOR, signal });
    return await Promise.all(found.map((object) => describe(cluster, object, signal)));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** The operator that looks after a namespace: one made for it before one for all. */
export const operatorFor = (
  operators: readonly InstalledOperator[],
  namespace: string,
): InstalledOperator | undefined =>
  operators.find(({ watchNamespace }) => watchNamespace === namespace) ??
  operators.find(({ watchNamespace }) => watchNamespace === '');
