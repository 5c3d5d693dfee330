import type { ApiClient, KubeObject, ResourceRef } from '../src/runtime/index.ts';
import { isConflict, isInvalid, isNotFound } from '../src/runtime/index.ts';
import { KINDS } from '../src/platform/kinds.ts';
import { servedStatus } from '../src/rehearsal/as-served.ts';

export interface StandInOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** Whether the Pods of this object never serve. @default none */
  readonly broken?: (name: string, object: KubeObject) => boolean;
}

/** Undefined when the object's own status says so already. */
function statusOf(object: KubeObject): Record<string, unknown> | undefined {
  const { observedGeneration } = (object['status'] ?? {}) as { observedGeneration?: number };
  return observedGeneration === object.metadata.generation ? undefined : servedStatus(object, Date.now());
}

/**
 * Takes the part of the controllers and the kubelet, of which a bare API server has none: what is asked for is
 * reported as serving, Jobs as completed. One pass; answers how many objects it moved.
 */
export async function settleOnce({
  client,
  namespace,
  broken = () => false,
}: StandInOptions): Promise<number> {
  let moved = 0;
  const kinds: ResourceRef[] = [KINDS.deployment, KINDS.statefulSet, KINDS.job];
  for (const resource of kinds) {
    const { items } = await client.list(resource, { namespace });
    for (const item of items) {
      const object = { ...item, apiVersion: resource.apiVersion, kind: resource.kind };
      const status = broken(object.metadata.name, object) ? undefined : statusOf(object);
      if (status === undefined) continue;
      moved += 1;
      await client
        .mergePatch(
          resource,
          { namespace, name: object.metadata.name },
          { status },
          { subresource: 'status' },
        )
        .catch((error: unknown) => {
          if (!isNotFound(error) && !isConflict(error)) throw error;
        });
    }
  }
  return moved;
}

/** Lets go of claims that are deleted, as the controller that protects them does once no Pod uses them. */
async function releaseClaims({ client, namespace }: StandInOptions): Promise<void> {
  const { items } = await client.list(KINDS.persistentVolumeClaim, { namespace });
  for (const { metadata } of items) {
    if (metadata.deletionTimestamp === undefined) continue;
    const at = { namespace, name: metadata.name };
    await client
      .mergePatch(KINDS.persistentVolumeClaim, at, { metadata: { finalizers: null } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}

/** Accepts routes as a Gateway does; on a cluster that knows none there are none. */
async function acceptRoutes({ client, namespace }: StandInOptions): Promise<void> {
  const { items } = await client.list(KINDS.httpRoute, { namespace }).catch((error: unknown) => {
    if (isNotFound(error)) return { items: [] };
    throw error;
  });
  for (const { metadata, status } of items) {
    if (status !== undefined) continue;
    const conditions = [{ type: 'Accepted', status: 'True', message: '' }];
    const at = { namespace, name: metadata.name };
    await client
      .mergePatch(KINDS.httpRoute, at, { status: { parents: [{ conditions }] } }, { subresource: 'status' })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }
}

/** Gives addresses to load balancers. */
async function giveAddresses({ client, namespace }: StandInOptions): Promise<void> {
  const { items } = await client.list(KINDS.service, { namespace });
  for (const { metadata, spec, status } of items) {
    const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: unknown } };
    if ((spec as { type: string }).type !== 'LoadBalancer' || loadBalancer?.ingress !== undefined) continue;
    const given = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    const at = { namespace, name: metadata.name };
    await client.mergePatch(KINDS.service, at, given, { subresource: 'status' }).catch((error: unknown) => {
      // Its type has been changed meanwhile, or it is gone.
      if (!isNotFound(error) && !isInvalid(error)) throw error;
    });
  }
}

/** Settles again and again until stopped. */
export function startStandIn(options: StandInOptions): { stop(): Promise<void> } {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      await settleOnce(options);
      await releaseClaims(options);
      await acceptRoutes(options);
      await giveAddresses(options);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
