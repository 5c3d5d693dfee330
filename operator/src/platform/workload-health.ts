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

/** What the last words of a container say to those who know them. */
const KNOWN_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|ENOSPC|disk (is )?full/i,
    'Its volume is full: raise stores.<name>.managed.storage.size, which grows it.',
  ],
  [/permission denied|EACCES/i, 'It may not write to its volume: does the storage class honour fsGroup?'],
];

function lastWords(status: ContainerStatus): string {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (ended === undefined) return '';
  const text = ended.message?.trim().slice(-LAST_WORDS) ?? '';
  const remedy =
    ended.reason === 'OOMKilled'
      ? 'It ran out of memory: raise its memory limit.'
      : KNOWN_WORDS.find(([words]) => words.test(text))?.[1];
  return [remedy, text && `Last lines of its log: ${text}`]
    .filter(Boolean)
    .map((part) => ` ${part}`)
    .join('');
}

function containerTrouble(pod: Pod, status: ContainerStatus): string | undefined {
  const waiting = status.state?.waiting;
  if (waiting?.reason === undefined || TROUBLE[waiting.reason] === undefined) return undefined;
  const detail = waiting.reason === 'CrashLoopBackOff' ? '' : waiting.message ? ` (${waiting.message})` : '';
  return `Pod ${pod.metadata?.name ?? ''}: ${waiting.reason}: ${TROUBLE[waiting.reason] ?? ''}${detail}.${lastWords(status)}`;
}

/** Why the scheduler finds no node, and what to do about it. */
const UNSCHEDULABLE: readonly (readonly [RegExp, string])[] = [
  [
    /unbound immediate PersistentVolumeClaims/,
    'its claim finds no volume: set spec.storage.className to a class that makes volumes, or mark one as the default',
  ],
  [/Insufficient (cpu|memory)/, 'add a node, or lower its requests'],
  [
    /node affinity|node selector/,
    'no node has what its scheduling asks for: look at its nodeSelector and affinity',
  ],
  [/untolerated taint/, 'taints keep it away: add tolerations to its scheduling, or remove them from a node'],
];

function unschedulable(pod: Pod): string | undefined {
  const condition = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False');
  if (condition?.reason !== 'Unschedulable') return undefined;
  const message = condition.message ?? 'no reason given';
  const remedy = UNSCHEDULABLE.find(([words]) => words.test(message))?.[1];
  return `Pod ${pod.metadata?.name ?? ''} finds no node: ${message}${remedy === undefined ? '' : ` (${remedy})`}`;
}

const wasEvicted = (pod: Pod) =>
  pod.status?.conditions?.some(
    (c) => c.type === 'DisruptionTarget' && c.status === 'True' && c.reason === 'DeletionByTaintManager',
  ) === true;

/**
 * A kubelet reports a Pod as ready exactly when its containers are. Where they differ, the kubelet is not heard any more
 * and the control plane has spoken for it.
 */
function isUnheard({ status = {} }: Pod): boolean {
  const { conditions = [], containerStatuses = [] } = status;
  const unready = conditions.some((c) => c.type === 'Ready' && c.status === 'False');
  return unready && containerStatuses.length > 0 && containerStatuses.every(({ ready }) => ready);
}

function nodeGone(pod: Pod): string | undefined {
  if (!wasEvicted(pod) && !isUnheard(pod)) return undefined;
  const node = pod.spec?.nodeName ?? '';
  return `Pod ${pod.metadata?.name ?? ''}: its node ${node} does not answer: bring it back, or take it away for good with "kubectl delete node ${node}", and the Pod starts on another`;
}

/** The first thing wrong with any of the Pods that will not pass by waiting. */
export function podTrouble(pods: readonly Pod[]): string | undefined {
  for (const pod of pods) {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const status of statuses) {
      const trouble = containerTrouble(pod, status);
      if (trouble !== undefined) return trouble;
    }
    const trouble = unschedulable(pod) ?? nodeGone(pod);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** What a controller says that could not make Pods, with what to do about it. */
function refusalOfPods(message: string): string {
  return /exceeded quota/.test(message)
    ? `its Pods are refused: ${message}: raise the quota of the namespace, or lower what the platform asks for`
    : `its Pods are refused: ${message}`;
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

interface DeploymentRollout extends Rollout {
  /** No Pod of an earlier spec is left. */
  readonly replaced: boolean;
  /** It has not moved for longer than it may. */
  readonly overdue: boolean;
}

/** What a Deployment reports by a condition of `type` and `status`; undefined when it does not. */
const reported = ({ status }: Deployment, type: string, value: 'True' | 'False') =>
  status?.conditions?.find((condition) => condition.type === type && condition.status === value);

function deploymentRollout(deployment: Deployment): DeploymentRollout {
  const { metadata, spec, status } = deployment;
  const wanted = spec?.replicas ?? 1;
  const counts = { ...NONE, ...(status as Counts | undefined) };
  const takenUp = isTakenUp(metadata, counts);
  const updated = takenUp ? counts.updatedReplicas : 0;
  const ready = counts.availableReplicas;
  const replaced = takenUp && updated >= wanted && counts.replicas === updated;
  return {
    complete: replaced && ready >= wanted,
    ready,
    wanted,
    updated,
    failure: reported(deployment, 'ReplicaFailure', 'True')?.message,
    replaced,
    overdue: takenUp && reported(deployment, 'Progressing', 'False') !== undefined,
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
  const trouble =
    podTrouble(pods) ?? (rollout.failure === undefined ? undefined : refusalOfPods(rollout.failure));
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

/**
 * Whether the Pods of a Deployment are being replaced and nothing speaks against that coming to its end. One that has
 * failed, or takes too long, is not waited for.
 */
export function isBeingReplaced(observed: Observed, component: string, name: string): boolean {
  const deployment = observed.get(KINDS.deployment, name) as unknown as Deployment | undefined;
  if (deployment === undefined) return false;
  const { replaced, overdue, failure } = deploymentRollout(deployment);
  return (
    !replaced && !overdue && failure === undefined && podTrouble(podsOf(observed, component)) === undefined
  );
}

/** Health of a component that is one StatefulSet. */
export function statefulSetHealth(observed: Observed, component: string, name: string): ComponentHealth {
  const statefulSet = observed.get(KINDS.statefulSet, name);
  if (statefulSet === undefined) return NOT_MADE;
  return judge(statefulSetRollout(statefulSet as unknown as StatefulSet), podsOf(observed, component));
}
