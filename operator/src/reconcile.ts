import { durationSeconds, statusSchema } from './api/index.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { describeFinding } from './checks/finding.ts';
import { isSettled } from './platform/component.ts';
import { jobsToRetry } from './platform/failed-jobs.ts';
import { STAGES } from './platform/rollout.ts';
import { MIGRATIONS_COMPONENT } from './platform/services/migrations.ts';
import { STORE_LOGINS_COMPONENT } from './platform/store-logins/store-logins.ts';
import { opensAt } from './platform/upgrade/maintenance-window.ts';
import type { Gate, UpgradePlan } from './platform/upgrade/plan.ts';
import { BlockedError } from './reconcile/blocked-error.ts';
import {
  decideBlockedStatus,
  decideDeletingStatus,
  decidePausedStatus,
  decideStatus,
} from './reconcile/decide-status.ts';
import type { StatusDecision, Subject } from './reconcile/decide-status.ts';
import { asPlanned, describePlatform } from './reconcile/describe-platform.ts';
import { eventsOf, upgradeEvents } from './reconcile/events.ts';
import { gather } from './reconcile/gather.ts';
import type { Dependencies, Facts } from './reconcile/gather.ts';
import { keepCredentials } from './reconcile/keep-credentials.ts';
import { planVersions } from './reconcile/plan-versions.ts';
import { remove } from './reconcile/remove.ts';
import { rotateCredentials } from './reconcile/rotate-credentials.ts';
import { pruneLeftovers, rollOut } from './reconcile/roll-out.ts';
import type { RolloutResult } from './reconcile/roll-out.ts';
import { TerminalError, isBeingDeleted, mergeConditions } from './runtime/index.ts';
import type { Condition, KubeObject, Reconcile, ReconcileContext, Result } from './runtime/index.ts';

const FINALIZER = 'chatplatform.dev/teardown';

/** Foreign Secrets are not watched: a missing one is looked for this often, a present one for changes. */
const MISSING_SECRET_POLL_MS = 3_000;
const SECRET_POLL_MS = 60_000;
/** Watches tell of changes; this is for what happens by the passing of time alone. */
const UNSETTLED_POLL_MS = 15_000;
/** A deadline is looked at right after it has passed. */
const SOON_MS = 100;
/** Clocks are set: a long wait is made of shorter ones. */
const LONGEST_SLEEP_MS = 600_000;

/** Brings a platform to what its spec says: gather, decide, act. */
export function createPlatformReconciler(dependencies: Dependencies): Reconcile {
  return async (key, context) => {
    const object = dependencies.caches.of(CHAT_PLATFORM).get(key);
    if (object === undefined) return {};
    if (isBeingDeleted(object)) return tearDown(dependencies, object, context);
    try {
      const facts = await context.step('gather', () => gather(dependencies, object, context.signal));
      return await (facts.spec.paused
        ? pause(dependencies, facts)
        : bringAbout(dependencies, facts, context));
    } catch (error) {
      if (!(error instanceof BlockedError) && !(error instanceof TerminalError)) throw error;
      await report(dependencies, object, decideBlockedStatus(subjectOf(object), error.reason, error.message));
      if (error instanceof TerminalError) throw error;
      return { requeueAfterMs: UNSETTLED_POLL_MS };
    }
  };
}

async function bringAbout(
  dependencies: Dependencies,
  facts: Facts,
  context: ReconcileContext,
): Promise<Result> {
  const { signal } = context;
  refuseWhatCannotWork(facts);
  await dependencies.finalizers.ensure(facts.object, FINALIZER);
  const credentials = await context.step('credentials', () => keepCredentials(dependencies, facts, signal));
  await retryJobs(dependencies, facts, signal);

  const wanted = describePlatform(dependencies, facts, credentials);
  const plan = planVersions(dependencies, facts, wanted);
  const platform = asPlanned(dependencies, wanted, plan);
  const order = { dependencies, facts, platform, context };
  const rollout = await rollOut(STAGES, order);
  if (rollout.waitingFor === undefined && rollout.errors.length === 0) {
    await context.step('prune', () => pruneLeftovers(rollout, order));
  }

  const rotation = await context.step('rotate', () => rotateCredentials(dependencies, facts, platform));

  const { url } = platform;
  const rotations = rotation.status;
  await report(dependencies, facts.object, decideStatus(facts, { plan, rollout, rotations, url }));
  const [error] = rollout.errors;
  if (error !== undefined) throw error;
  return earlier(nextLook(facts, plan, rollout), rotation.lookAgainMs);
}

/** What runs goes on as it is: nothing is changed towards a spec that cannot work. */
function refuseWhatCannotWork({ findings }: Facts): void {
  const refused = findings.filter(({ severity }) => severity === 'refuse').map(describeFinding);
  if (refused.length > 0) throw new BlockedError('SpecRefused', refused.join('; '));
}

async function pause(dependencies: Dependencies, { object }: Facts): Promise<Result> {
  await report(dependencies, object, decidePausedStatus(subjectOf(object)));
  return {};
}

async function tearDown(
  dependencies: Dependencies,
  object: KubeObject,
  context: ReconcileContext,
): Promise<Result> {
  if (!object.metadata.finalizers?.includes(FINALIZER)) return {};
  const waiting = await context.step('remove', () => remove(dependencies, object, context.signal));
  if (waiting === undefined) {
    await dependencies.finalizers.remove(object, FINALIZER);
    return {};
  }
  await report(dependencies, object, decideDeletingStatus(subjectOf(object), waiting));
  return { requeueAfterMs: UNSETTLED_POLL_MS };
}

/** Those that do their work once, and whose work has to be done. */
const RETRIED = [MIGRATIONS_COMPONENT, STORE_LOGINS_COMPONENT];

async function retryJobs(dependencies: Dependencies, facts: Facts, signal: AbortSignal): Promise<void> {
  for (const job of jobsToRetry(RETRIED, facts.observed, dependencies.clock.now())) {
    const { name, namespace = '' } = job.metadata;
    await dependencies.client.delete(dependencies.caches.of(job).resource, { namespace, name }, { signal });
  }
}

function subjectOf(object: KubeObject): Subject {
  const status = statusSchema.safeParse(object['status']).data;
  return { generation: object.metadata.generation ?? 0, status };
}

async function report(
  dependencies: Dependencies,
  object: KubeObject,
  decision: StatusDecision,
): Promise<void> {
  const subject = subjectOf(object);
  const before = (subject.status?.conditions ?? []) as readonly Condition[];
  const conditions = mergeConditions(before, decision.conditions, dependencies.clock);
  const written = await dependencies.status.write(object, { ...decision.status, conditions });
  if (!written) return;
  const events = [
    ...eventsOf(before, conditions),
    ...upgradeEvents(subject.status?.version, decision.status.version),
  ];
  for (const event of events) dependencies.events.record(object, event);
}

const earlier = ({ requeueAfterMs = Infinity }: Result, otherMs = Infinity): Result => {
  const soonest = Math.min(requeueAfterMs, otherMs);
  return soonest === Infinity ? {} : { requeueAfterMs: soonest };
};

/** When to look again though nothing announces a change. */
function nextLook(facts: Facts, plan: UpgradePlan, { results }: RolloutResult): Result {
  const { missing, references, spec, now } = facts;
  if (missing.length > 0) return { requeueAfterMs: MISSING_SECRET_POLL_MS };
  if (plan.gate !== undefined || results.some(({ health }) => !isSettled(health))) {
    const ticking = plan.overdue ? undefined : plan.gate;
    const timeLeft = ticking === undefined ? Infinity : gateDeadline(spec, ticking) - now;
    return { requeueAfterMs: Math.min(UNSETTLED_POLL_MS, Math.max(timeLeft, SOON_MS)) };
  }
  // The wanted version has arrived, or the way back begins: the next step is not announced by anything.
  if (plan.phase === 'Upgrading') return { requeueAfterMs: SOON_MS };
  const opens = plan.phase === 'Held' ? opensAt(spec.maintenanceWindow, now) : undefined;
  if (opens !== undefined) return { requeueAfterMs: Math.min(opens - now, LONGEST_SLEEP_MS) };
  return references.size > 0 ? { requeueAfterMs: SECRET_POLL_MS } : {};
}

const gateDeadline = ({ upgrade }: Facts['spec'], { since }: Gate) =>
  since + durationSeconds(upgrade.gateTimeout) * 1000;
