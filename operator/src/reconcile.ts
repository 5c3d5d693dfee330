import { statusSchema } from './api/index.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { isSettled } from './platform/component.ts';
import { imagesFor } from './platform/images.ts';
import type { Platform } from './platform/model.ts';
import { publicUrl } from './platform/exposure/url.ts';
import { STAGES } from './platform/rollout.ts';
import { migrationsToRetry } from './platform/services/migrations.ts';
import { BlockedError } from './reconcile/blocked-error.ts';
import {
  decideBlockedStatus,
  decideDeletingStatus,
  decidePausedStatus,
  decideStatus,
} from './reconcile/decide-status.ts';
import type { StatusDecision, Subject } from './reconcile/decide-status.ts';
import { eventsOf } from './reconcile/events.ts';
import { gather } from './reconcile/gather.ts';
import type { Dependencies, Facts } from './reconcile/gather.ts';
import { keepCredentials } from './reconcile/keep-credentials.ts';
import { remove } from './reconcile/remove.ts';
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
  await dependencies.finalizers.ensure(facts.object, FINALIZER);
  const credentials = await context.step('credentials', () => keepCredentials(dependencies, facts, signal));
  await retryMigrations(dependencies, facts, signal);

  const platform = platformOf(dependencies, facts, credentials);
  const order = { dependencies, facts, platform, context };
  const rollout = await rollOut(STAGES, order);
  if (rollout.waitingFor === undefined && rollout.errors.length === 0) {
    await context.step('prune', () => pruneLeftovers(STAGES, order));
  }

  await report(dependencies, facts.object, decideStatus(facts, rollout, platform.url));
  const [error] = rollout.errors;
  if (error !== undefined) throw error;
  return nextLook(facts, rollout);
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

function platformOf(
  { images }: Dependencies,
  { platform, spec, references, missing, nodeAddress, dns, observed }: Facts,
  credentials: Platform['credentials'],
): Platform {
  const { name, namespace } = platform.metadata;
  return {
    name,
    namespace,
    spec,
    images: imagesFor(spec.version, images),
    cluster: { dnsServer: dns.server, dnsDomain: dns.domain, nodeAddress },
    credentials,
    references,
    missing,
    url: publicUrl({ name, spec, nodeAddress }, observed),
  };
}

async function retryMigrations(dependencies: Dependencies, facts: Facts, signal: AbortSignal): Promise<void> {
  for (const job of migrationsToRetry(facts.observed, dependencies.clock.now())) {
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
  const before = (subjectOf(object).status?.conditions ?? []) as readonly Condition[];
  const conditions = mergeConditions(before, decision.conditions, dependencies.clock);
  const written = await dependencies.status.write(object, { ...decision.status, conditions });
  if (!written) return;
  for (const event of eventsOf(before, conditions)) dependencies.events.record(object, event);
}

function nextLook({ missing, references }: Facts, { results }: RolloutResult): Result {
  if (missing.length > 0) return { requeueAfterMs: MISSING_SECRET_POLL_MS };
  if (results.some(({ health }) => !isSettled(health))) return { requeueAfterMs: UNSETTLED_POLL_MS };
  return references.size > 0 ? { requeueAfterMs: SECRET_POLL_MS } : {};
}
