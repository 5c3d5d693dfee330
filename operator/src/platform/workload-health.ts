import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.d.ts';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { ComponentHealth } from './component.ts';
import { KINDS } from './kinds.ts';
import type { Observed } from './observed.ts';

/** Waiting reasons of a container that do not pass by themselves, and what a person should do. */
const TROUBLE: Readonly<Record<string, string>> = {
  CrashLoopBackOff: 'it keeps failing: see its log',
  ImagePullBackOff: 'its image cannot be pulled: check the name, the registry and the pull secret',
  ErrImagePull: 'its image cannot be pulled: check the name, the registry and the pull secret',
  ErrImageNeverPull: 'its image is not on the node',
  InvalidImageName: 'its image name is not valid',
  CreateContainerConfigError: 'something its configuration refers to is missing',
  CreateContainerError: 'the container runtime refuses it',
  RunContainerError: 'the container runtime cannot start it',
};

const LAST_WORDS = 300;

function lastWords(status: ContainerStatus): string {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (ended === undefined) return '';
  const oom = ended.reason === 'OOMKilled' ? ' It ran out of memory: raise its memory limit.' : '';
  const text = ended.message?.trim().slice(-LAST_WORDS);
  return text ? `${oom} Last lines of its log: ${text}` : oom;
}

function containerTrouble(pod: Pod, status: ContainerStatus): string | undefined {
  const waiting = status.state?.waiting;
  if (waiting?.reason === undefined || TROUBLE[waiting.reason] === undefined) return undefined;
  const detail = waiting.reason === 'CrashLoopBackOff' ? '' : waiting.message ? ` (${waiting.message})` : '';
  return `Pod ${pod.metadata?.name ?? ''}: ${waiting.reason}: ${TROUBLE[waiting.reason] ?? ''}${detail}.${lastWords(status)}`;
}

function unschedulable(pod: Pod): string | undefined {
  const condition = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  if (condition?.reason !== 'Unschedulable') return undefined;
  return `Pod ${pod.metadata?.name ?? ''} finds no node: ${condition.message ?? 'no reason given'}`;
}

/** The first thing wrong with any of the Pods that will not pass by waiting. */
export function podTrouble(pods: readonly Pod[]): string | undefined {
  for (const pod of pods) {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const status of statuses) {
      const trouble = containerTrouble(pod, status);
      if (trouble !== undefined) return trouble;
    }
    const trouble = unschedulable(pod);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

interface Rollout {
  /** The controller has taken up the latest spec and every Pod follows it. */
  readonly complete: boolean;
  readonly ready: number;
  readonly wanted: number;
  /** Pods made with the latest spec, as far as the controller has taken it up. */
  readonly updated: number;
  /** What the controller itself reports as failed, e.g. Pods refused by a quota. */
  readonly failure?: string | undefined;
}

/** The counts of a status, where the API leaves out a zero. */
interface Counts {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

const NONE = {
  observedGeneration: 0,
  replicas: 0,
  updatedReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
};

const isTakenUp = (metadata: { generation?: number } | undefined, { observedGeneration }: typeof NONE) =>
  observedGeneration >= (metadata?.generation ?? 0);

function deploymentRollout({ metadata, spec, status = {} }: Deployment): Rollout {
  const wanted = spec?.replicas ?? 1;
  const counts = { ...NONE, ...(status as Counts) };
  const ready = counts.availableReplicas;
  const replaced = counts.updatedReplicas >= wanted && counts.replicas === counts.updatedReplicas;
  const refused = status.conditions?.find((c) => c.type === 'ReplicaFailure' && c.status === 'True');
  return {
    complete: isTakenUp(metadata, counts) && replaced && ready >= wanted,
    ready,
    wanted,
    updated: isTakenUp(metadata, counts) ? counts.updatedReplicas : 0,
    failure: refused?.message,
  };
}

function statefulSetRollout({ metadata, spec, status }: StatefulSet): Rollout {
  const wanted = spec?.replicas ?? 1;
  const counts = { ...NONE, ...(status as Counts | undefined) };
  const ready = counts.readyReplicas;
  const replaced = status?.currentRevision === status?.updateRevision || counts.updatedReplicas >= wanted;
  const takenUp = isTakenUp(metadata, counts);
  const updated = !takenUp ? 0 : replaced ? wanted : counts.updatedReplicas;
  return { complete: takenUp && replaced && ready >= wanted, ready, wanted, updated };
}

function judge(rollout: Rollout, pods: readonly Pod[]): ComponentHealth {
  const ready = `${Math.min(rollout.ready, rollout.wanted)}/${rollout.wanted}`;
  if (rollout.complete) return { state: 'Ready', serving: true, reason: 'Serving', message: '', ready };
  const serving = rollout.ready >= rollout.wanted;
  const trouble = podTrouble(pods) ?? rollout.failure;
  if (trouble !== undefined) {
    return { state: 'Degraded', serving, reason: 'PodsFailing', message: trouble, ready };
  }
  const replacing = rollout.updated < rollout.wanted ? `, ${rollout.updated} as they should be now` : '';
  const message = `${ready} Pods serve${replacing}`;
  return { state: 'Progressing', serving, reason: 'RollingOut', message, ready };
}

export const NOT_MADE: ComponentHealth = {
  state: 'Progressing',
  serving: false,
  reason: 'NotMade',
  message: 'not made yet',
};

const podsOf = (observed: Observed, component: string) =>
  observed.ofComponent(KINDS.pod, component) as unknown as readonly Pod[];

/** Health of a component that is one Deployment: ready means serving (readiness), not just running. */
export function deploymentHealth(observed: Observed, component: string, name: string): ComponentHealth {
  const deployment = observed.get(KINDS.deployment, name);
  if (deployment === undefined) return NOT_MADE;
  return judge(deploymentRollout(deployment as unknown as Deployment), podsOf(observed, component));
}

/** Health of a component that is one StatefulSet. */
export function statefulSetHealth(observed: Observed, component: string, name: string): ComponentHealth {
  const statefulSet = observed.get(KINDS.statefulSet, name);
  if (statefulSet === undefined) return NOT_MADE;
  return judge(statefulSetRollout(statefulSet as unknown as StatefulSet), podsOf(observed, component));
}
