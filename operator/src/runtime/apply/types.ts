import type { KubeObject } from '../object.ts';
import type { FieldConflict } from './conflicts.ts';

/**
 * What to do about fields that someone else holds.
 * - `reclaim-edits`: takes back what was last written by hand or by another plain update (drift); leaves alone, and
 *   reports, what another party applies declaratively or an autoscaler sets through the scale subresource.
 * - `fail`: any conflict is an error.
 * - `force`: takes everything over.
 */
export type ConflictPolicy = 'reclaim-edits' | 'fail' | 'force';

export interface ApplyOptions {
  /** The field manager: one a component, stable for ever. */
  fieldManager: string;
  /** Set as controlling owner on the object. Leave out for objects that outlive it. */
  owner?: KubeObject;
  /** @default 'reclaim-edits' */
  conflicts?: ConflictPolicy;
  /**
   * Fields that keep their value when they are no longer desired, because somebody else is to set them from then on:
   * `spec.replicas` when an autoscaler takes over. Any other field goes back to its default. @default none
   */
  handOver?: readonly string[];
  signal?: AbortSignal;
}

export type ApplyResult = 'unchanged' | 'created' | 'configured';

export interface ApplyOutcome {
  /** `unchanged`: the API server's state did not move (most often nothing was sent). */
  result: ApplyResult;
  /** As the API server last answered or announced it. */
  object: KubeObject;
  /** Fields left to others: worth an event and a condition. */
  conflicts: readonly FieldConflict[];
}

export interface PruneOptions {
  owner: KubeObject;
  /** Everything that should exist; objects that `owner` controls and that are not among these go. */
  desired: readonly KubeObject[];
  /** An object that prune must leave although it is not desired. @default none */
  keep?: (object: KubeObject) => boolean;
  signal?: AbortSignal;
}

export interface Applier {
  /**
   * Server-side applies `desired` unless that would change nothing. The resource's cache must have been declared.
   * @throws FieldConflictError, ForeignObjectError, ApiError, TransportError, FencedError
   */
  apply(desired: KubeObject, options: ApplyOptions): Promise<ApplyOutcome>;
  /** Deletes what `owner` controls, in every declared cache, and no longer wants. Answers what it deleted. */
  prune(options: PruneOptions): Promise<KubeObject[]>;
}
