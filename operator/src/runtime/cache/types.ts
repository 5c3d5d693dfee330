import type { Key, KubeObject, ResourceRef } from '../object.ts';

export type ChangeType = 'added' | 'modified' | 'deleted';

export interface Change {
  type: ChangeType;
  object: KubeObject;
  /** What the cache held before, if anything. */
  previous?: KubeObject;
}

export type ChangeHandler = (change: Change) => void;

/** The values under which an object is found in an index. */
export type IndexFunction = (object: KubeObject) => readonly string[];

export interface SubscribeOptions {
  /** Whether what is held already is told too, each as `added`. @default true */
  replay?: boolean;
}

export interface CacheListOptions {
  /** Only objects of this one; empty = those of no namespace. @default all */
  namespace?: string;
  /** Only objects that have all of these. @default {} */
  labels?: Readonly<Record<string, string>>;
}

/** A local, eventually consistent copy of one resource. */
export interface Cache {
  readonly resource: ResourceRef;
  /** True from the first complete list on; of an optional kind, also once the API server has said that it has no such kind. */
  hasSynced(): boolean;
  /** False while the API server does not know the kind: only ever so of an optional one. */
  isServed(): boolean;
  get(key: Key): KubeObject | undefined;
  /** In no particular order. Of one namespace it is cheap: no other is looked at. */
  list(options?: CacheListOptions): KubeObject[];
  /** Objects of one value of a declared index. @throws TypeError when it was not declared */
  byIndex(index: string, value: string): KubeObject[];
  readonly size: number;
  /** Calls `handler` for each change from now on; before that, unless told not to, for what is held already. */
  subscribe(handler: ChangeHandler, options?: SubscribeOptions): () => void;
}

export interface CacheOptions {
  /** One namespace; empty = all. @default '' */
  namespace?: string;
  /** Only objects with these labels are fetched at all. @default none */
  labelSelector?: string;
  fieldSelector?: string;
  /** Fetch and hold metadata only. @default false */
  metadataOnly?: boolean;
  /**
   * The kind's CRD may not be installed. Then the cache is empty and synced, and fills by itself when the CRD comes.
   * @default false: until the kind is served the cache does not sync
   */
  optional?: boolean;
  /**
   * For lookups that no namespace narrows: an index takes memory, some hundred bytes an object.
   * @default none
   */
  indexes?: Record<string, IndexFunction>;
  /** Drops what nobody reads, to save memory. Runs after `managedFields` are gone. @default identity */
  transform?: (object: KubeObject) => KubeObject;
}

export interface CacheSet {
  /** Declares a cache; must be called before start. A second declaration of the same kind is a TypeError. */
  declare(resource: ResourceRef, options?: CacheOptions): Cache;
  /** @throws TypeError when the kind was never declared. */
  of(kind: { apiVersion: string; kind: string }): Cache;
  all(): Cache[];
  hasSynced(): boolean;
}
