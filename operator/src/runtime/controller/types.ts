import type { Logger } from 'pino';
import type { Applier } from '../apply/types.ts';
import type { Cache, CacheSet } from '../cache/types.ts';
import type { ApiClient } from '../client/types.ts';
import type { Clock } from '../clock.ts';
import type { Key, KubeObject, ResourceRef } from '../object.ts';
import type { EventRecorder, Finalizers, StatusWriter } from '../observe/types.ts';

/** What a reconciler works with; one for the whole process. */
export interface Toolbox extends Applier {
  clock: Clock;
  client: ApiClient;
  caches: CacheSet;
  events: EventRecorder;
  status: StatusWriter;
  finalizers: Finalizers;
}

/** One reconcile of one key. */
export interface ReconcileContext {
  /** Carries controller, key and trace id. */
  logger: Logger;
  /** Aborts when the process stops or loses its lease, and when the reconcile takes longer than it may. */
  signal: AbortSignal;
  /** Failures of this key in a row before this attempt. */
  attempt: number;
  /** Runs a named part inside its own trace span. */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
}

/** Nothing: done until something changes or the next resync. */
export interface Result {
  /** Look again after this long even if nothing changes, ms. */
  requeueAfterMs?: number;
}

/**
 * Brings the world to what the object named by `key` asks for. Called again after every change of the object
 * or of what it owns; must be idempotent. The object may be gone.
 * A rejection is retried with growing delay; a TerminalError rests until the object's generation changes.
 */
export type Reconcile = (key: Key, context: ReconcileContext) => Promise<Result>;

export interface OwnedResource {
  cache: Cache;
  /** Whom to reconcile when `object` changes. @default the controlling owner, if it is of the controller's kind */
  ownersOf?: (object: KubeObject) => readonly Key[];
}

export interface ControllerOptions {
  /** In logs, metrics and spans. */
  name: string;
  /** The kind that is reconciled; its cache must have been declared. */
  resource: ResourceRef;
  owns?: readonly (ResourceRef | OwnedResource)[];
  reconcile: Reconcile;
  /** Keys worked on at once. @default 4 */
  concurrency?: number;
  /**
   * A reconcile that takes longer is told to end, and fails. One that does not end then holds up its own key and no
   * other. @default 300_000
   */
  timeoutMs?: number;
  /** Each key is looked at again about this often though nothing changed, ms; 0 = never. @default 600_000 */
  resyncMs?: number;
}

export interface Controller {
  readonly name: string;
  /** Works until `signal` aborts, then finishes what is under way. */
  run(signal: AbortSignal): Promise<void>;
  /** Asks for a reconcile from outside the watches. */
  enqueue(key: Key): void;
}
