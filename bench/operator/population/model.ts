import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL } from '@chatplatform/operator/platform/labels';
import { SERVICE_LABEL } from '@chatplatform/operator/platform/services/migrations';
import type { KubernetesApiClient } from '@chatplatform/operator/runtime/client/api-client';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/object';
import type { PlatformPlan } from '../subject/platforms.ts';

const apps = (kind: string, plural: string): ResourceRef => ({
  apiVersion: 'apps/v1',
  kind,
  plural,
  namespaced: true,
});

/** What Kubernetes' own controllers attend to. */
export const WORKLOADS: readonly ResourceRef[] = [KINDS.deployment, KINDS.statefulSet, KINDS.job];
/** What they make. */
const DEPENDENTS: readonly ResourceRef[] = [
  apps('ReplicaSet', 'replicasets'),
  apps('ControllerRevision', 'controllerrevisions'),
  KINDS.pod,
];

/** An object, and what was made for it. */
export interface Tree {
  readonly resource: ResourceRef;
  readonly object: KubeObject;
  readonly dependents: readonly Tree[];
}

/** A platform at rest, that others are made after. */
export interface Model {
  readonly plan: PlatformPlan;
  readonly platform: KubeObject;
  /** By {@link roleOf}. */
  readonly workloads: ReadonlyMap<string, Tree>;
  /** Those that are reached within the cluster only, by an address of their own. */
  readonly services: readonly KubeObject[];
}

/** Which workload of a platform it is, whatever the platform's name and the digests in its own. */
export const roleOf = ({ kind, metadata: { labels = {} } }: KubeObject): string =>
  [kind, labels[LABEL.component], labels[SERVICE_LABEL]].filter((part) => part !== undefined).join(' ');

/** @throws Error when two workloads cannot be told apart */
export function byRole(trees: readonly Tree[]): ReadonlyMap<string, Tree> {
  const found = new Map(trees.map((tree) => [roleOf(tree.object), tree]));
  if (found.size < trees.length) throw new Error('two workloads of a platform have one role');
  return found;
}

interface Listed {
  readonly resource: ResourceRef;
  readonly object: KubeObject;
}

const isInternal = (service: KubeObject): boolean => {
  const { type, clusterIP } = service['spec'] as { type?: string; clusterIP?: string };
  return type === 'ClusterIP' && clusterIP !== 'None';
};

const treeOf = ({ resource, object }: Listed, all: readonly Listed[]): Tree => ({
  resource,
  object,
  dependents: all
    .filter(({ object: { metadata } }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
    )
    .map((dependent) => treeOf(dependent, all)),
});

export async function readModel(client: KubernetesApiClient, plan: PlatformPlan): Promise<Model> {
  const { namespace } = plan;
  const list = async (resources: readonly ResourceRef[]): Promise<Listed[]> => {
    const pages = await Promise.all(
      resources.map(async (resource) =>
        (await client.list(resource, { namespace })).items.map((object) => ({ resource, object })),
      ),
    );
    return pages.flat();
  };
  const services = await list([KINDS.service]);
  const [workloads, dependents] = [await list(WORKLOADS), await list(DEPENDENTS)];
  return {
    plan,
    platform: await client.get(CHAT_PLATFORM, plan),
    workloads: byRole(workloads.map((workload) => treeOf(workload, dependents))),
    services: services.map(({ object }) => object).filter(isInternal),
  };
}
