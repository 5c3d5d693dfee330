/** The runtime's public face. It knows Kubernetes and nothing of what is run on it. */
export type {
  Applier,
  ApplyOptions,
  ApplyOutcome,
  ApplyResult,
  ConflictPolicy,
  PruneOptions,
} from './apply/types.ts';
export type {
  Cache,
  CacheListOptions,
  CacheOptions,
  CacheSet,
  Change,
  ChangeHandler,
  IndexFunction,
} from './cache/types.ts';
export type { ApiClient, JsonPatchOperation, ListPage, WatchEvent } from './client/types.ts';
export { backoff, sleep, systemClock, type BackoffOptions, type Clock, type Random } from './clock.ts';
export type {
  Controller,
  ControllerOptions,
  OwnedResource,
  Reconcile,
  ReconcileContext,
  Result,
  Toolbox,
} from './controller/types.ts';
export {
  AccessError,
  ApiError,
  FencedError,
  isAlreadyExists,
  isConflict,
  isGone,
  isInvalid,
  isNotFound,
  ReconcileTimeoutError,
  TerminalError,
  TransportError,
} from './errors.ts';
export {
  controllerOf,
  controllerReference,
  describeObject,
  gvk,
  isBeingDeleted,
  keyFor,
  keyOf,
  parseKey,
  type Key,
  type KubeObject,
  type NamespacedName,
  type ObjectMeta,
  type OwnerReference,
  type ResourceRef,
} from './object.ts';
export type {
  Condition,
  ConditionDecision,
  EventDetails,
  EventRecorder,
  Finalizers,
  StatusWriter,
} from './observe/types.ts';
export {
  describeConflicts,
  FieldConflictError,
  ForeignObjectError,
  type FieldConflict,
} from './apply/conflicts.ts';
export { canonicalJson, digest, sameJson } from './canonical.ts';
export { LeaseLostError, type LeaderTimings } from './leader/elector.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { formatTime, mergeConditions } from './observe/conditions.ts';
export { Operator, type OperatorOptions } from './operator.ts';
export { runProcess, type ProcessOptions } from './process.ts';
export type { ClusterAccess, TokenSource } from './transport/access.ts';
export { loadAccess } from './transport/in-cluster.ts';
export { loadKubeconfig } from './transport/kubeconfig.ts';
