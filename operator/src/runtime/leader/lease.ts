import { formatMicroTime } from '../observe/conditions.ts';
import type { KubeObject, NamespacedName, ResourceRef } from '../object.ts';

export const LEASES: ResourceRef = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  /** MicroTime. */
  acquireTime?: string;
  /** MicroTime. */
  renewTime?: string;
  leaseTransitions?: number;
}

/** The last version of the lease that this process saw, and when it saw that version first. */
export interface LeaseSighting {
  lease: KubeObject;
  /** Monotonic ms. */
  since: number;
}

export const specOf = (lease: KubeObject): LeaseSpec => (lease['spec'] ?? {}) as LeaseSpec;

/**
 * Whether `identity` may take the lease. Another's lease has run out when it was not renewed for its duration by
 * OUR clock since we saw it: the two machines' clocks are never compared.
 */
export const mayTake = ({ lease, since }: LeaseSighting, identity: string, monotonic: number): boolean => {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = specOf(lease);
  if (holderIdentity === '' || holderIdentity === identity) return true;
  return monotonic - since >= leaseDurationSeconds * 1000;
};

export interface LeaseClaim {
  at: NamespacedName;
  identity: string;
  durationMs: number;
  /** Wall ms. */
  now: number;
}

/** The lease to write in order to hold it: a renewal if `identity` holds it already, else a takeover. */
export const claimed = (
  current: KubeObject | undefined,
  { at, identity, durationMs, now }: LeaseClaim,
): KubeObject => {
  const before = current ? specOf(current) : {};
  const renewal = before.holderIdentity === identity;
  const transitions = before.leaseTransitions ?? 0;
  const spec: LeaseSpec = {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: renewal && before.acquireTime ? before.acquireTime : formatMicroTime(now),
    renewTime: formatMicroTime(now),
    leaseTransitions: current && !renewal ? transitions + 1 : transitions,
  };
  const metadata = current?.metadata ?? { name: at.name, namespace: at.namespace };
  return { apiVersion: LEASES.apiVersion, kind: LEASES.kind, metadata, spec };
};

/** The lease to write in order to give it up at once. */
export const released = (current: KubeObject, now: number): KubeObject => ({
  ...current,
  spec: { ...specOf(current), holderIdentity: '', leaseDurationSeconds: 1, renewTime: formatMicroTime(now) },
});
