/** What every Kubernetes object has, as raw JSON: list, watch and write answers all have this one form. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  /** Opaque to everyone but the API server, except that within one resource a larger number is newer. */
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  /** RFC 3339. */
  creationTimestamp?: string;
  /** RFC 3339; set while finalizers hold the object. */
  deletionTimestamp?: string;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** A resource of the API: everything needed to build its path. `discover` finds the plural of a kind. */
export interface ResourceRef {
  /** `v1` or `<group>/<version>`. */
  apiVersion: string;
  kind: string;
  /** Lower-case plural as in the path: `deployments`. */
  plural: string;
  namespaced: boolean;
}

/** `<namespace>/<name>`, or `<name>` for a cluster-scoped object: what queues and caches are keyed by. */
export type Key = string;

export interface NamespacedName {
  /** Empty for a cluster-scoped object. */
  namespace: string;
  name: string;
}

export const keyFor = ({ namespace, name }: NamespacedName): Key =>
  namespace ? `${namespace}/${name}` : name;

export const keyOf = (object: KubeObject): Key =>
  keyFor({ namespace: object.metadata.namespace ?? '', name: object.metadata.name });

export const parseKey = (key: Key): NamespacedName => {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};

/** Identifies a kind across caches: `apps/v1/Deployment`. */
export const gvk = ({ apiVersion, kind }: { apiVersion: string; kind: string }): string =>
  `${apiVersion}/${kind}`;

/** `Deployment shop/web`: how an object is named in logs, events and errors. */
export const describeObject = (object: KubeObject): string => `${object.kind} ${keyOf(object)}`;

export const isBeingDeleted = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined;

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller === true);

/** The reference that makes `owner` the managing controller: garbage collection removes the child after it. */
export const controllerReference = (owner: KubeObject): OwnerReference => {
  const { uid, name } = owner.metadata;
  if (uid === undefined)
    throw new TypeError(`${describeObject(owner)} has no uid: only a stored object can own`);
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
};
