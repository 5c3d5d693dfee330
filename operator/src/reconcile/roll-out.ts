import type { WorkloadName } from '../api/index.ts';
import type { Component, ComponentHealth } from '../platform/component.ts';
import { isSettled } from '../platform/component.ts';
import { KINDS } from '../platform/kinds.ts';
import { LABEL, objectName } from '../platform/labels.ts';
import type { Platform } from '../platform/model.ts';
import { blockedWorkloads } from '../platform/references.ts';
import { UPGRADE_ORDER } from '../platform/rollout.ts';
import type { Stage } from '../platform/rollout.ts';
import { SERVICE_LABEL } from '../platform/services/migrations.ts';
import { opensAt } from '../platform/upgrade/maintenance-window.ts';
import { changesVersion, replacesPods } from '../platform/upgrade/restart.ts';
import { isBeingReplaced } from '../platform/workload-health.ts';
import {
  ApiError,
  ForeignObjectError,
  controllerOf,
  describeConflicts,
  formatTime,
  keyOf,
} from '../runtime/index.ts';
import type { ApplyOptions, FieldConflict, KubeObject, ReconcileContext } from '../runtime/index.ts';
import { observe } from './gather.ts';
import type { Dependencies, Facts } from './gather.ts';
import { Turn } from './turn.ts';

export interface ComponentResult {
  readonly component: Component;
  readonly health: ComponentHealth;
}

export interface Waiting {
  readonly stage: string;
  /** What of it does not serve yet, and why. */
  readonly waitsFor: string;
}

export interface RolloutResult {
  readonly results: readonly ComponentResult[];
  /** The stage whose gate holds back the rest; undefined when everything has been applied. */
  readonly waitingFor: Waiting | undefined;
  /** Refusals of the API server, to be tried again. */
  readonly errors: readonly Error[];
  /** What those components should consist of that were attended to. */
  readonly desired: readonly KubeObject[];
}

/** `chat: 0/1 Pods serve; user: ...` */
export const describeResults = (results: readonly ComponentResult[]): string =>
  results.map(({ component, health }) => `${component.name}: ${health.message || health.reason}`).join('; ');

interface Order {
  readonly dependencies: Dependencies;
  readonly facts: Facts;
  readonly platform: Platform;
  readonly context: ReconcileContext;
}

interface OrderInTurn extends Order {
  readonly turn: Turn;
}

/** Volumes have no owner under policy Retain: so they outlive the platform. */
function ownerOf(object: KubeObject, { facts }: Order): KubeObject | undefined {
  const retained = object.kind === KINDS.persistentVolumeClaim.kind && facts.spec.storage.policy === 'Retain';
  return retained ? undefined : facts.object;
}

const REPLICAS = 'spec.replicas';

const isByAutoscaler = ({ field, subresource }: FieldConflict) =>
  field === `.${REPLICAS}` && subresource === 'scale';

/**
 * Whether anybody's autoscaler sets the size of `object` now. The API server remembers the one that has been deleted as
 * the holder of the field; the platform's own is about to go, or its size would not be named here.
 */
async function isAutoscaled(object: KubeObject, { dependencies, facts, context }: Order): Promise<boolean> {
  const { namespace, uid } = facts.object.metadata;
  const { items } = await dependencies.client.list(KINDS.horizontalPodAutoscaler, {
    ...(namespace === undefined ? {} : { namespace }),
    signal: context.signal,
  });
  return items.some((autoscaler) => {
    const { scaleTargetRef } = autoscaler['spec'] as { scaleTargetRef?: { kind: string; name: string } };
    const targets = scaleTargetRef?.kind === object.kind && scaleTargetRef.name === object.metadata.name;
    return targets && controllerOf(autoscaler)?.uid !== uid;
  });
}

const present = (object: KubeObject, { dependencies }: Order) =>
  dependencies.caches.of(object).get(keyOf(object));

const isUp = ({ facts }: Order) => facts.platform.status?.version?.current !== undefined;

/** Whoever could not be applied at the last look takes no turn from others: it may never come to use it. */
const isStuck = ({ condition }: Component, { facts }: Order) =>
  facts.platform.status?.conditions?.some(
    ({ type, reason }) => type === condition && (reason === 'Obstructed' || reason === 'ApplyRefused'),
  ) === true;

function holdOfStore(object: KubeObject, order: Order): Hold | undefined {
  const { maintenanceWindow } = order.facts.spec;
  if (maintenanceWindow === undefined || !replacesPods(object, present(object, order))) return undefined;
  const opens = opensAt(maintenanceWindow, order.facts.now);
  if (opens === undefined) return undefined;
  const message = `its restart waits for the maintenance window, which opens at ${formatTime(opens)}`;
  return { reason: 'HeldByMaintenanceWindow', message };
}

function holdOfWorkload(object: KubeObject, component: Component, order: OrderInTurn): Hold | undefined {
  const observed = present(object, order);
  if (!replacesPods(object, observed) || changesVersion(object, observed)) return undefined;
  const other = isStuck(component, order) ? undefined : order.turn.take(component.name);
  return other === undefined
    ? undefined
    : { reason: 'RollingOut', message: `its Pods are replaced after those of ${other}` };
}

/** Why Pods that `object` would make anew are left for now; undefined when there is nothing to hold. */
function holdOf(object: KubeObject, component: Component, order: OrderInTurn): Hold | undefined {
  if (!isUp(order)) return undefined;
  if (object.kind === KINDS.statefulSet.kind) return holdOfStore(object, order);
  return object.kind === KINDS.deployment.kind ? holdOfWorkload(object, component, order) : undefined;
}

/** Applies one object of a component. Answers what stands in the way. */
async function applyObject(
  object: KubeObject,
  component: Component,
  order: Order,
): Promise<string | undefined> {
  const { dependencies, context } = order;
  const cache = dependencies.caches.of(object);
  if (!cache.isServed()) {
    return `the cluster has no kind ${object.kind} (${object.apiVersion}): install what brings it, or choose another exposure`;
  }
  const owner = ownerOf(object, order);
  const options: ApplyOptions = {
    fieldManager: `chatplatform-${component.name}`,
    ...(owner === undefined ? {} : { owner }),
    handOver: [REPLICAS],
    signal: context.signal,
  };
  let { conflicts } = await dependencies.apply(object, options);
  if (conflicts.length > 0 && conflicts.every(isByAutoscaler) && !(await isAutoscaled(object, order))) {
    ({ conflicts } = await dependencies.apply(object, { ...options, conflicts: 'force' }));
  }
  if (conflicts.length === 0) return undefined;
  return `${object.kind} ${object.metadata.name}: ${describeConflicts(conflicts)}; left as it is`;
}

/** What the API server refuses is this component's trouble and is shown there; anything else ends the reconcile. */
function refusal(error: unknown): Error {
  if (error instanceof ApiError && error.status < 500 && error.status !== 401) return error;
  if (error instanceof ForeignObjectError) return error;
  throw error;
}

interface Applied {
  readonly desired: readonly KubeObject[];
  readonly errors: Error[];
  /** What stands in the way without being an error: a kind that is not there, fields that others hold. */
  readonly obstacles: string[];
  readonly held: Hold | undefined;
}

/** New Pods that are put off. */
interface Hold {
  readonly reason: string;
  readonly message: string;
}

async function applyComponent(component: Component, order: OrderInTurn): Promise<Applied> {
  const desired = component.desired(order.platform, observe(order.dependencies, order.facts.key));
  // Decided for all objects before anything is awaited: so turns are taken in the order of the components.
  const holds = desired.map((object) => holdOf(object, component, order));
  const held = holds.find((hold) => hold !== undefined);
  const applied: Applied = { desired, errors: [], obstacles: [], held };
  for (const [i, object] of desired.entries()) {
    if (holds[i] !== undefined) continue;
    try {
      const obstacle = await applyObject(object, component, order);
      if (obstacle !== undefined) applied.obstacles.push(obstacle);
    } catch (error) {
      applied.errors.push(refusal(error));
    }
  }
  return applied;
}

const healthOf = (component: Component, { dependencies, facts, platform }: Order) =>
  component.health(platform, observe(dependencies, facts.key));

function healthAfter(
  component: Component,
  { errors, obstacles, held }: Applied,
  order: Order,
): ComponentHealth {
  const health = healthOf(component, order);
  if (errors.length > 0) {
    const message = errors.map((error) => error.message).join('; ');
    return { ...health, state: 'Degraded', reason: 'ApplyRefused', message };
  }
  if (obstacles.length > 0) {
    return { ...health, state: 'Degraded', reason: 'Obstructed', message: obstacles.join('; ') };
  }
  if (held !== undefined && isSettled(health)) {
    return { ...health, state: 'Progressing', ...held };
  }
  return health;
}

/** A component whose Secrets are missing is left as it is: neither made nor changed. */
function blockedHealth(component: Component, order: Order): ComponentHealth {
  const messages = order.platform.missing
    .filter(({ reference }) => reference.users.some((user) => user === component.name))
    .map(({ message }) => message);
  return {
    ...healthOf(component, order),
    state: 'Degraded',
    reason: 'SecretMissing',
    message: messages.join('; '),
  };
}

function waitingHealth(component: Component, order: Order, stage: string): ComponentHealth {
  const health = healthOf(component, order);
  if (health.state === 'External' || health.state === 'Disabled') return health;
  return { ...health, state: 'Waiting', reason: 'Waiting', message: `waits for ${stage}` };
}

const isReplacing = (name: WorkloadName, { dependencies, facts, platform }: Order) =>
  isBeingReplaced(observe(dependencies, facts.key), name, objectName(platform, name));

/**
 * Applies stage after stage. A gate that is closed holds back what comes later while the platform comes up for the first
 * time; from then on later stages are kept as they should be even while a store restarts, and it is the versions of the
 * workloads that go step by step, and Pods that are replaced for another reason, one workload after the other.
 */
export async function rollOut(stages: readonly Stage[], order: Order): Promise<RolloutResult> {
  const blocked = blockedWorkloads(order.platform.missing) as ReadonlySet<string>;
  const turn = new Turn(() => UPGRADE_ORDER.filter((name) => isReplacing(name, order)));
  const results: ComponentResult[] = [];
  const errors: Error[] = [];
  const desired: KubeObject[] = [];
  let waitingFor: Waiting | undefined;

  const attend = async (component: Component): Promise<ComponentHealth> => {
    if (blocked.has(component.name)) return blockedHealth(component, order);
    if (waitingFor !== undefined) return waitingHealth(component, order, waitingFor.stage);
    const applied = await applyComponent(component, { ...order, turn });
    errors.push(...applied.errors);
    desired.push(...applied.desired);
    return healthAfter(component, applied, order);
  };

  for (const stage of stages) {
    const healths = await order.context.step(stage.name, () =>
      Promise.all(
        stage.components.map(async (component) => ({ component, health: await attend(component) })),
      ),
    );
    results.push(...healths);
    const closed = healths.filter(
      ({ component, health }) => !isSettled(health) && !blocked.has(component.name),
    );
    if (stage.gate && closed.length > 0 && !isUp(order)) {
      waitingFor ??= { stage: stage.name, waitsFor: describeResults(closed) };
    }
  }
  return { results, waitingFor, errors, desired };
}

/** Deletes what the platform no longer wants. What belongs to a component that is blocked stays as it is. */
export async function pruneLeftovers({ desired }: RolloutResult, order: Order): Promise<void> {
  const blocked = blockedWorkloads(order.platform.missing) as ReadonlySet<string>;
  await order.dependencies.prune({
    owner: order.facts.object,
    desired,
    keep: ({ metadata: { labels = {} } }) =>
      blocked.has(labels[LABEL.component] ?? '') || blocked.has(labels[SERVICE_LABEL] ?? ''),
    signal: order.context.signal,
  });
}
