import type { Kubectl } from './kubectl.ts';

/** A cluster that is up, with what installing the platform on it needs. */
export interface Cluster {
  /** Chooses the cluster in every call. */
  kubectl: Kubectl;
  /** Path of helm. */
  helm: string;
  /** Values for the operator's chart. */
  values: Readonly<Record<string, unknown>>;
  /** Fields of the demo platform's spec on this kind of cluster. */
  spec: Readonly<Record<string, unknown>>;
}
