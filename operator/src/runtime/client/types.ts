import type { KubeObject, NamespacedName, ResourceRef } from '../object.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /** @default the transport's */
  timeoutMs?: number;
}

export interface ListOptions extends CallOptions {
  /** Empty = all. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  metadataOnly?: boolean;
}

export interface ListPage {
  items: KubeObject[];
  resourceVersion: string;
  /** Empty on the last page. */
  continue: string;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue' | 'timeoutMs'> {
  resourceVersion: string;
  /** The server ends the watch after this long. */
  timeoutSeconds: number;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

export interface WatchEvent {
  type: WatchEventType;
  /** For ERROR a metav1.Status. */
  object: KubeObject;
}

export interface WriteOptions extends CallOptions {
  /** `status`, `scale` ... */
  subresource?: string;
  /** Validate and answer, but store nothing. @default false */
  dryRun?: boolean;
}

export interface ServerSideApplyOptions extends WriteOptions {
  fieldManager: string;
  force: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only this incarnation. */
  uid?: string;
  /** @default 'Background' */
  propagation?: 'Background' | 'Foreground' | 'Orphan';
}

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test';
  path: string;
  value?: unknown;
}

/** The Kubernetes API, one method a verb, raw JSON in and out. All throw ApiError, TransportError or FencedError. */
export interface ApiClient {
  get(resource: ResourceRef, name: NamespacedName, options?: CallOptions): Promise<KubeObject>;
  /** Metadata only (`PartialObjectMetadata`). */
  getMetadata(resource: ResourceRef, name: NamespacedName, options?: CallOptions): Promise<KubeObject>;
  list(resource: ResourceRef, options?: ListOptions): Promise<ListPage>;
  watch(resource: ResourceRef, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  replace(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  apply(
    resource: ResourceRef,
    object: KubeObject,
    options: ServerSideApplyOptions,
  ): Promise<{ object: KubeObject; created: boolean }>;
  jsonPatch(
    resource: ResourceRef,
    name: NamespacedName,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<KubeObject>;
  mergePatch(
    resource: ResourceRef,
    name: NamespacedName,
    patch: Record<string, unknown>,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  delete(resource: ResourceRef, name: NamespacedName, options?: DeleteOptions): Promise<void>;
}
