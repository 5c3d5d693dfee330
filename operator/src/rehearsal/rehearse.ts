import { statusSchema } from '../api/index.ts';
import type { ChatPlatformStatus } from '../api/index.ts';
import { declareCaches } from '../caches.ts';
import type { Environment } from '../environment.ts';
import type { ImageOverrides } from '../platform/images.ts';
import { KINDS } from '../platform/kinds.ts';
import { createPlatformReconciler } from '../reconcile.ts';
import { ServerSideApplier } from '../runtime/apply/server-side-applier.ts';
import type { ApiClient } from '../runtime/client/types.ts';
import {
  ApiError,
  createLogger,
  ForeignObjectError,
  keyOf,
  sameJson,
  systemClock,
  TerminalError,
} from '../runtime/index.ts';
import type { Condition, KubeObject, ReconcileContext, Toolbox } from '../runtime/index.ts';
import { servedStatus } from './as-served.ts';
import { RehearsalClient } from './rehearsal-client.ts';
import { SnapshotCaches } from './snapshot-caches.ts';

/** The annotation that holds the digest of what was applied: the same as the operator's. */
export const APPLIED_DIGEST = 'chatplatform.dev/applied-digest';

export interface RehearsedChange {
  readonly action: 'create' | 'update' | 'delete';
  /** Step of the reconcile that makes the change: a stage of the rollout, or `credentials`, `prune` ... */
  readonly step: string;
  /** As stored now; absent when it is created. */
  readonly before?: KubeObject;
  /** As it would be stored, with the API server's own defaults; absent when it is deleted. */
  readonly after?: KubeObject;
}

export interface Rehearsal {
  /**
   * What the operator would write, in order. The changes of one wave are made together; the next wave follows when
   * what the last one started serves.
   */
  readonly waves: readonly (readonly RehearsedChange[])[];
  /** What the status would say in the end, were everything to go well. */
  readonly status: ChatPlatformStatus;
  /** What the API server would refuse, or the operator itself. */
  readonly refusals: readonly string[];
}

export interface RehearsalOptions {
  readonly client: ApiClient;
  /** As it would be stored. It need not be stored yet. */
  readonly platform: KubeObject;
  readonly images: ImageOverrides;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/** More waves than any rollout has stages: a plan that does not come to an end is a defect. */
const MAX_WAVES = 60;

/**
 * Runs the operator's own reconcile against the live cluster with every write a server-side dry run, again and
 * again, each time as if everything begun so far had come to serve, until nothing is left to do. So the answer can
 * differ from what the operator would do only where the cluster does: a gate may stay closed.
 * @throws RehearsalForbiddenError, ApiError, TransportError
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const logger = createLogger({ service: 'rehearsal' });
  logger.level = 'silent';
  const caches = new SnapshotCaches(options.client, logger);
  declareCaches(caches, { namespace: options.platform.metadata.namespace ?? '' });
  await caches.load(options.signal);
  const recorder = new Recorder(options.client, caches);
  const { client } = recorder;
  const key = keyOf(client.remember(options.platform));
  const { images, environment, signal } = options;
  const reconcile = createPlatformReconciler({ ...recorder.tools, images, environment });

  const waves: RehearsedChange[][] = [];
  const refusals = new Set<string>();
  for (let done = false; !done && waves.length < MAX_WAVES;) {
    const before = recorder.conditions;
    try {
      await reconcile(key, recorder.context(logger, signal));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.add(refusalText(error));
    }
    const changes = recorder.takeChanges();
    if (changes.length > 0) waves.push(changes);
    const moved = settle(client, caches);
    done = changes.length + moved === 0 && sameJson(before, recorder.conditions);
  }
  return { waves, status: recorder.status, refusals: [...refusals] };
}

const isRefusal = (error: unknown): error is Error =>
  (error instanceof ApiError && error.status < 500 && error.status !== 401) ||
  error instanceof ForeignObjectError ||
  error instanceof TerminalError;

/** Without the request, which is the operator's affair. */
const refusalText = (error: Error) =>
  error instanceof ApiError ? error.message.slice(error.request.length + 2) : error.message;

/** Everything that was begun comes to serve. Answers how many objects that moved. */
function settle(client: RehearsalClient, caches: SnapshotCaches): number {
  let moved = 0;
  for (const kind of [KINDS.deployment, KINDS.statefulSet, KINDS.job]) {
    for (const object of caches.of(kind).list()) {
      const status = servedStatus(object, systemClock.now());
      if (status === undefined || sameJson(object['status'], status)) continue;
      moved += 1;
      client.remember({ ...object, status });
    }
  }
  // Pods that fail now are not those that would serve then.
  for (const pod of caches.of(KINDS.pod).list()) client.forget(pod);
  return moved;
}

/** The tools of a reconcile, with a note of everything that is written by them. */
class Recorder {
  readonly tools: Toolbox;
  readonly client: RehearsalClient;
  readonly #caches: SnapshotCaches;
  #changes: RehearsedChange[] = [];
  #step = '';
  #status: ChatPlatformStatus = {};

  constructor(api: ApiClient, caches: SnapshotCaches) {
    const client = new RehearsalClient(api, caches, (before, after) => this.#note(before, after));
    this.client = client;
    this.#caches = caches;
    const applier = new ServerSideApplier({ client, caches, clock: systemClock, annotation: APPLIED_DIGEST });
    this.tools = {
      clock: systemClock,
      client,
      caches,
      apply: (desired, options) => applier.apply(desired, options),
      prune: (options) => applier.prune(options),
      events: { record: () => undefined },
      status: { write: async (object, status) => this.#writeStatus(object, status) },
      finalizers: {
        ensure: async (object, name) => this.#withFinalizer(object, name),
        remove: async () => undefined,
      },
    };
  }

  get status(): ChatPlatformStatus {
    return this.#status;
  }

  get conditions(): readonly Condition[] {
    return (this.#status.conditions ?? []) as readonly Condition[];
  }

  takeChanges(): RehearsedChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  context(logger: ReconcileContext['logger'], signal: AbortSignal): ReconcileContext {
    return {
      logger,
      signal,
      attempt: 0,
      step: async (name, run) => {
        this.#step = name;
        return run();
      },
    };
  }

  #note(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const step = this.#step;
    if (after === undefined) {
      if (before !== undefined) this.#changes.push({ action: 'delete', step, before });
    } else if (before === undefined) this.#changes.push({ action: 'create', step, after });
    else this.#changes.push({ action: 'update', step, before, after });
  }

  #writeStatus(object: KubeObject, status: Record<string, unknown>): boolean {
    const held = this.#caches.of(object).get(keyOf(object)) ?? object;
    this.#status = statusSchema.parse(status);
    if (sameJson(held['status'], status)) return false;
    this.client.remember({ ...held, status });
    return true;
  }

  #withFinalizer(object: KubeObject, name: string): KubeObject {
    const { finalizers = [] } = object.metadata;
    if (finalizers.includes(name)) return object;
    return this.client.remember({
      ...object,
      metadata: { ...object.metadata, finalizers: [...finalizers, name] },
    });
  }
}
