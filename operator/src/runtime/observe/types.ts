import type { KubeObject } from '../object.ts';

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase, never empty. */
  reason: string;
  message: string;
  /** RFC 3339, seconds. */
  lastTransitionTime: string;
  observedGeneration?: number | undefined;
}

/** A condition as a reconciler decides it: the runtime adds the times. */
export type ConditionDecision = Omit<Condition, 'lastTransitionTime'>;

export interface EventDetails {
  type: 'Normal' | 'Warning';
  /** CamelCase, why: `CredentialsMissing`. */
  reason: string;
  /** CamelCase, what was being done: `ApplySecret`. */
  action: string;
  /** For a person; cut at 1024 bytes. */
  note: string;
  related?: KubeObject;
}

export interface EventRecorder {
  /** Never throws and never delays the caller; the same event within minutes becomes a series. */
  record(regarding: KubeObject, details: EventDetails): void;
}

export interface StatusWriter {
  /**
   * Makes `status` the object's whole status if it is not so already: the kind has one writer of status.
   * @returns whether a write was needed
   */
  write(object: KubeObject, status: Record<string, unknown>): Promise<boolean>;
}

export interface Finalizers {
  /** Adds `name` if missing; answers the object as it is then. */
  ensure(object: KubeObject, name: string): Promise<KubeObject>;
  /** Removes `name` if there; the object may be gone afterwards. */
  remove(object: KubeObject, name: string): Promise<void>;
}
