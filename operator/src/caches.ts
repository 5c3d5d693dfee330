import type { PodStatus } from 'kubernetes-types/core/v1.d.ts';
import { API_VERSION, KIND, PLURAL } from './api/index.ts';
import { defined } from './defined.ts';
import { KINDS, OPTIONAL_KINDS } from './platform/kinds.ts';
import { MANAGED_SELECTOR } from './platform/labels.ts';
import { platformKeyOf } from './platform/observed.ts';
import type { CacheOptions, CacheSet, KubeObject, OwnedResource, ResourceRef } from './runtime/index.ts';

export const CHAT_PLATFORM: ResourceRef = {
  apiVersion: API_VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};

/**
 * Pods are many and large, and are only looked at to say what ails them: of one that is well, hardly more is held than
 * that it is there.
 */
export function ailmentsOf(pod: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = pod;
  const { name, namespace, resourceVersion, labels, deletionTimestamp, ownerReferences } = metadata;
  const rest = defined({ namespace, resourceVersion, labels, deletionTimestamp });
  const status = (pod['status'] ?? {}) as PodStatus;
  if (isWell(status) && deletionTimestamp === undefined)
    return { apiVersion, kind, metadata: { name, ...rest } };
  // Where to look: the node.
  const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
  return {
    apiVersion,
    kind,
    metadata: { name, ...rest, ...defined({ ownerReferences }) },
    spec: defined({ nodeName }),
    status: defined({
      conditions: status.conditions?.filter((condition) => condition.status !== 'True'),
      initContainerStatuses: status.initContainerStatuses,
      containerStatuses: status.containerStatuses,
    }),
  };
}

const isWell = ({ phase, containerStatuses = [] }: PodStatus): boolean =>
  phase === 'Succeeded' || (phase === 'Running' && containerStatuses.every(({ ready }) => ready));

function ownedOptions(resource: ResourceRef, namespace: string): CacheOptions {
  return {
    namespace,
    // Foreign objects, above all foreign Secrets, are never fetched into memory.
    labelSelector: MANAGED_SELECTOR,
    optional: OPTIONAL_KINDS.has(resource),
    ...(resource === KINDS.pod ? { transform: ailmentsOf } : {}),
  };
}

/**
 * Declares what the operator watches: the platforms, and the objects it made for them.
 * @param options.namespace the one namespace to look after; empty = all
 */
export function declareCaches(
  caches: CacheSet,
  { namespace }: { namespace: string },
): readonly OwnedResource[] {
  caches.declare(CHAT_PLATFORM, { namespace });
  return Object.values<ResourceRef>(KINDS).map((resource) => ({
    cache: caches.declare(resource, ownedOptions(resource, namespace)),
    ownersOf: platformKeyOf,
  }));
}
