import { KINDS } from '../platform/kinds.ts';
import type { KubeObject } from '../runtime/index.ts';

const replicasOf = (object: KubeObject) => (object['spec'] as { replicas?: number }).replicas ?? 1;

function served(object: KubeObject): Record<string, unknown> {
  const replicas = replicasOf(object);
  const observedGeneration = object.metadata.generation;
  const counts = {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    observedGeneration,
  };
  return object.kind === KINDS.statefulSet.kind
    ? { ...counts, currentRevision: 'r1', updateRevision: 'r1' }
    : counts;
}

function completed(time: string): Record<string, unknown> {
  const condition = { status: 'True', lastProbeTime: time, lastTransitionTime: time };
  return {
    succeeded: 1,
    startTime: time,
    completionTime: time,
    conditions: [
      { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', ...condition },
      { type: 'Complete', reason: 'CompletionsReached', ...condition },
    ],
  };
}

const isDone = (object: KubeObject) =>
  (object['status'] as { succeeded?: number } | undefined)?.succeeded === 1;

/**
 * The status that Kubernetes' own controllers would write, had everything gone well: every Pod of the workload
 * serves, the Job is complete. Undefined for a Job that is, and for kinds of which nothing is to be said.
 * @param now in milliseconds
 */
export function servedStatus(object: KubeObject, now: number): Record<string, unknown> | undefined {
  if (object.kind === KINDS.job.kind) {
    return isDone(object) ? undefined : completed(new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'));
  }
  const isWorkload = object.kind === KINDS.deployment.kind || object.kind === KINDS.statefulSet.kind;
  return isWorkload ? served(object) : undefined;
}
