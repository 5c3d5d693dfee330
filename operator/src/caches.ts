import { API_VERSION, KIND, PLURAL } from './api/index.ts';
import { KINDS } from './platform/kinds.ts';
import { MANAGED_SELECTOR } from './platform/labels.ts';
import { platformKeyOf } from './platform/observed.ts';
import type { CacheOptions, CacheSet, KubeObject, OwnedResource, ResourceRef } from './runtime/index.ts';

export const CHAT_PLATFORM: ResourceRef = {
  apiVersion: API_VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};

/** Index of every cache of owned objects: `<namespace>/<platform>`. */
export const PLATFORM_INDEX = 'platform';

/** Kinds of CRDs that may not be installed: watched as soon as the API server serves them. */
const OPTIONAL: ReadonlySet<ResourceRef> = new Set<ResourceRef>([KINDS.httpRoute, KINDS.certificate]);

/** Pods are many and large: their status tells health, and their node where to look; the rest is not held. */
function withoutPodSpec(pod: KubeObject): KubeObject {
  const { annotations: _, ...metadata } = pod.metadata;
  const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
  const spec = nodeName === undefined ? {} : { nodeName };
  return { apiVersion: pod.apiVersion, kind: pod.kind, metadata, spec, status: pod['status'] ?? {} };
}

function ownedOptions(resource: ResourceRef, namespace: string): CacheOptions {
  return {
    namespace,
    // Foreign objects, above all foreign Secrets, are never fetched into memory.
    labelSelector: MANAGED_SELECTOR,
    indexes: { [PLATFORM_INDEX]: platformKeyOf },
    optional: OPTIONAL.has(resource),
    ...(resource === KINDS.pod ? { transform: withoutPodSpec } : {}),
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
