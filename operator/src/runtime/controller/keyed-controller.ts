import type { Logger } from 'pino';
import type { Cache, CacheSet, Change } from '../cache/types.ts';
import type { Clock, Random } from '../clock.ts';
import { FencedError, ReconcileTimeoutError, TerminalError } from '../errors.ts';
import { controllerOf, keyFor, keyOf, type Key, type KubeObject, type ResourceRef } from '../object.ts';
import { priorities, WorkQueue, type Priority, type WorkItem } from '../queue/work-queue.ts';
import type { ReconcileResult, RuntimeMetrics } from '../metrics.ts';
import { withSpan } from '../tracing.ts';
import { KeyCircuits } from './circuit.ts';
import { owningStrays } from './stray-errors.ts';
import type { Controller, ControllerOptions, OwnedResource, ReconcileContext, Result } from './types.ts';

export interface ControllerDependencies {
  caches: CacheSet;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: RuntimeMetrics;
}

/** A resync comes this share early or late, so that a thousand keys listed together do not stay together. */
const RESYNC_SPREAD = 0.2;

/** A reconcile that has not ended this long after it was told to is left to itself. */
const ABANDON_AFTER_MS = 5_000;

const isOwned = (owned: ResourceRef | OwnedResource): owned is OwnedResource => 'cache' in owned;

/** Watches one kind and what it owns, and reconciles each key of it, one at a time, whenever something changed. */
export class KeyedController implements Controller {
  readonly name: string;
  readonly #options: Required<ControllerOptions>;
  readonly #dependencies: ControllerDependencies;
  readonly #primary: Cache;
  readonly #queue: WorkQueue;
  readonly #circuits: KeyCircuits;
  readonly #logger: Logger;

  constructor(options: ControllerOptions, dependencies: ControllerDependencies) {
    this.#options = { owns: [], concurrency: 4, resyncMs: 600_000, timeoutMs: 300_000, ...options };
    this.#dependencies = dependencies;
    this.name = options.name;
    this.#primary = dependencies.caches.of(options.resource);
    this.#queue = new WorkQueue(dependencies);
    this.#circuits = new KeyCircuits(dependencies.clock);
    this.#logger = dependencies.logger.child({ controller: options.name });
    this.#exposeQueue(dependencies.metrics);
  }

  enqueue(key: Key): void {
    this.#queue.add(key, 'change');
  }

  async run(signal: AbortSignal): Promise<void> {
    const unsubscribe = this.#subscribe();
    const stop = () => this.#queue.close();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work(signal)));
    unsubscribe.forEach((off) => off());
  }

  #subscribe(): (() => void)[] {
    // What is there when we start is looked at after what changes from now on.
    let priority: Priority = 'resync';
    const own = this.#primary.subscribe(({ object }) => this.#queue.add(keyOf(object), priority));
    priority = 'change';
    return [own, ...this.#options.owns.map((declaration) => this.#subscribeTo(declaration))];
  }

  #subscribeTo(declaration: ResourceRef | OwnedResource): () => void {
    const { cache, ownersOf } = this.#ownedResource(declaration);
    const look = ({ object, previous }: Change) => {
      // An edit may have moved the object from one owner to another: both have to look.
      const owners = new Set([...ownersOf(object), ...(previous ? ownersOf(previous) : [])]);
      for (const key of owners) this.#queue.add(key, 'change');
    };
    // Every owner is looked at anyway at the start; thousands of objects need not be read to find that out.
    return cache.subscribe(look, { replay: false });
  }

  #ownedResource(declaration: ResourceRef | OwnedResource): Required<OwnedResource> {
    const cache = isOwned(declaration) ? declaration.cache : this.#dependencies.caches.of(declaration);
    return { ownersOf: (object) => this.#controllingKey(object), ...declaration, cache };
  }

  #controllingKey(object: KubeObject): Key[] {
    const { resource } = this.#options;
    const owner = controllerOf(object);
    // The version may differ: a reference lives as long as its object, through versions of the owner's API.
    const [group] = resource.apiVersion.split('/');
    if (owner?.kind !== resource.kind || owner.apiVersion.split('/')[0] !== group) return [];
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    return [keyFor({ namespace, name: owner.name })];
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let item = await this.#queue.take(); item; item = await this.#queue.take()) {
      const { key } = item;
      const attempt = this.#begin(signal);
      const done = this.#attend(item, attempt).finally(() => {
        attempt.end();
        this.#queue.done(key);
      });
      // One that hangs keeps its key from being worked on twice, but not this worker from the other keys.
      await Promise.race([done, attempt.abandoned]);
    }
  }

  /** The time one reconcile has: until `signal` aborts, or too much of it has passed. */
  #begin(signal: AbortSignal): Attempt {
    const { clock } = this.#dependencies;
    const { timeoutMs } = this.#options;
    const time = new AbortController();
    const stop = () => time.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    let cancel: () => void = () => undefined;
    const abandoned = new Promise<void>((resolve) => {
      cancel = clock.schedule(timeoutMs, () => {
        time.abort(new ReconcileTimeoutError(timeoutMs));
        cancel = clock.schedule(ABANDON_AFTER_MS, resolve);
      });
    });
    const end = () => {
      cancel();
      signal.removeEventListener('abort', stop);
    };
    return { signal: time.signal, stopping: signal, abandoned, end };
  }

  async #attend({ key, waitedMs }: WorkItem, attempt: Attempt): Promise<void> {
    const { metrics, clock } = this.#dependencies;
    const controller = { controller: this.name };
    metrics.queueWaitSeconds.observe(controller, waitedMs / 1000);
    const generation = this.#generationOf(key);
    const wait = this.#circuits.wait(key, generation);
    if (wait > 0) {
      if (wait !== Infinity) this.#queue.addAfter(key, wait, 'retry');
      metrics.reconcileTotal.inc({ ...controller, result: 'skipped' });
      return;
    }
    const start = clock.monotonic();
    metrics.reconcileActive.inc(controller);
    const result = await this.#reconcile(key, generation, attempt);
    metrics.reconcileActive.dec(controller);
    metrics.reconcileSeconds.observe(controller, (clock.monotonic() - start) / 1000);
    metrics.reconcileTotal.inc({ ...controller, result });
  }

  /** Never rejects: whatever goes wrong is this key's error, even what the reconciler forgot to await. */
  async #reconcile(key: Key, generation: number | undefined, attempt: Attempt): Promise<ReconcileResult> {
    const attributes = { 'operator.controller': this.name, 'operator.key': key };
    const strays: unknown[] = [];
    let ended = false;
    const onStray = (error: unknown) => {
      if (ended) this.#fail({ key, generation, error, attempt });
      else strays.push(error);
    };
    let outcome: ReconcileResult = 'error';
    const run = async () => {
      try {
        const work = async () => this.#options.reconcile(key, this.#contextFor(key, attempt));
        const result = await owningStrays(onStray, work);
        if (strays.length > 0) throw strays[0];
        outcome = this.#succeed(key, result);
      } catch (error) {
        // Here and not outside of the span, so that what is logged bears its trace id.
        outcome = this.#fail({ key, generation, error, attempt });
        throw error;
      } finally {
        ended = true;
      }
    };
    await withSpan('reconcile', attributes, run).catch(() => undefined);
    return outcome;
  }

  #contextFor(key: Key, { signal }: Attempt): ReconcileContext {
    const step: ReconcileContext['step'] = (name, run) => withSpan(name, { 'operator.key': key }, run);
    return { logger: this.#logger.child({ key }), signal, attempt: this.#queue.failures(key), step };
  }

  #succeed(key: Key, { requeueAfterMs }: Result): ReconcileResult {
    const { resyncMs } = this.#options;
    this.#queue.forget(key);
    this.#circuits.succeeded(key);
    if (requeueAfterMs !== undefined) this.#queue.addAfter(key, requeueAfterMs, 'change');
    if (resyncMs > 0 && this.#primary.get(key)) {
      const spread = 1 + RESYNC_SPREAD * (2 * this.#dependencies.random() - 1);
      // Of the two times the earlier counts.
      this.#queue.addAfter(key, resyncMs * spread, 'resync');
    }
    return requeueAfterMs === undefined ? 'success' : 'requeue';
  }

  #fail({ key, generation, error, attempt }: Failure): ReconcileResult {
    const logger = this.#logger.child({ key });
    if (attempt.stopping.aborted || error instanceof FencedError) {
      logger.debug({ err: error }, 'reconcile given up');
    } else if (error instanceof TerminalError) {
      this.#queue.forget(key);
      this.#circuits.failed(key, generation, Infinity);
      logger.error({ err: error, generation }, 'reconcile rests until the spec changes');
      return 'terminal';
    } else {
      const retryInMs = this.#queue.retry(key);
      this.#circuits.failed(key, generation, retryInMs);
      this.#dependencies.metrics.retriesTotal.inc({ controller: this.name });
      const fields = { err: error, retryInMs: Math.round(retryInMs), failures: this.#queue.failures(key) };
      logger.warn(fields, 'reconcile failed');
    }
    return 'error';
  }

  #generationOf(key: Key): number | undefined {
    return this.#primary.get(key)?.metadata.generation;
  }

  #exposeQueue(metrics: RuntimeMetrics): void {
    metrics.initController(this.name);
    metrics.onCollect(() => {
      for (const priority of priorities) {
        metrics.queueDepth.set({ controller: this.name, priority }, this.#queue.depth(priority));
      }
      metrics.queueOldestSeconds.set({ controller: this.name }, this.#queue.oldestReadyMs() / 1000);
    });
  }
}

interface Attempt {
  /** Aborts when this reconcile has to end, for whatever reason. */
  signal: AbortSignal;
  /** Aborts when the controller has to. */
  stopping: AbortSignal;
  /** Resolves when the reconcile should have ended long ago. */
  abandoned: Promise<void>;
  end(): void;
}

interface Failure {
  key: Key;
  generation: number | undefined;
  error: unknown;
  attempt: Attempt;
}
