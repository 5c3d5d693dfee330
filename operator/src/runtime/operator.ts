import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { ServerSideApplier } from './apply/server-side-applier.ts';
import { ReflectedCaches } from './cache/cache-set.ts';
import type { Cache, CacheOptions } from './cache/types.ts';
import type { ReflectorTimings } from './cache/reflector.ts';
import { KubernetesApiClient } from './client/api-client.ts';
import { discover } from './client/discovery.ts';
import { sleep, systemClock, type Clock, type Random } from './clock.ts';
import { KeyedController } from './controller/keyed-controller.ts';
import type { Controller, ControllerOptions, Toolbox } from './controller/types.ts';
import { FencedError } from './errors.ts';
import { processHeap, keepCollected } from './heap.ts';
import { LeaderElector, type LeaderTimings } from './leader/elector.ts';
import { createLogger, type Logger } from './logger.ts';
import { startManagementServer } from './management.ts';
import { RuntimeMetrics } from './metrics.ts';
import type { ResourceRef } from './object.ts';
import { EventSeriesRecorder } from './observe/event-recorder.ts';
import { PatchedFinalizers } from './observe/finalizers.ts';
import { StatusPatcher } from './observe/status-writer.ts';
import type { ClusterAccess } from './transport/access.ts';
import { HttpTransport } from './transport/http-transport.ts';

export interface OperatorOptions {
  /** Lower-case name: of the lease and the user agent, hence of the status field manager. */
  name: string;
  /** DNS domain that prefixes annotations and the event reporter: `example.dev`. */
  domain: string;
  access: ClusterAccess;
  /** @default JSON lines on stdout */
  logger?: Logger;
  /** Where the lease lives; absent = no election, this process leads at once. */
  leaderElection?: { namespace: string; timings?: Partial<LeaderTimings> };
  /** Port of /livez, /readyz, /metrics; 0 = any; absent = none. */
  managementPort?: number;
  /** Unique to this process. @default host name and a random part */
  identity?: string;
  registry?: Registry;
  clock?: Clock;
  random?: Random;
  reflectorTimings?: Partial<ReflectorTimings>;
  /** Connections for requests; each watched kind has one more. @default 8 */
  maxConnections?: number;
  /** Until a request is answered in full, ms. @default 30_000 */
  requestTimeoutMs?: number;
  /**
   * How long reconciles under way may take to finish when the operator is told to stop, ms. Then the lease is given up
   * without them: they can write no more. @default 10_000
   */
  drainMs?: number;
}

const OPERATOR_DEFAULTS = { clock: systemClock, random: Math.random, drainMs: 10_000 };

/** A process that reconciles: declare caches and controllers, then `run`. */
export class Operator {
  readonly tools: Toolbox;
  readonly caches: ReflectedCaches;
  readonly metrics: RuntimeMetrics;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly #options: OperatorOptions & { clock: Clock; random: Random; drainMs: number };
  /** Aborts when nothing more may be written, whoever still tries. */
  readonly #writing = new AbortController();
  readonly #transport: HttpTransport;
  readonly #leaseTransport: HttpTransport;
  readonly #elector: LeaderElector | undefined;
  readonly #events: EventSeriesRecorder;
  readonly #controllers: KeyedController[] = [];
  #managementPort: number | undefined;

  constructor(given: OperatorOptions) {
    const options = { ...OPERATOR_DEFAULTS, ...given };
    const { name, domain, clock, random, logger = createLogger({ service: name }) } = options;
    const identity = options.identity ?? `${hostname()}_${randomUUID().slice(0, 8)}`;
    this.#options = options;
    this.logger = logger;
    this.registry = options.registry ?? new Registry();
    this.metrics = new RuntimeMetrics(this.registry);
    this.#transport = this.#openTransport(options.maxConnections ?? 8);
    this.#leaseTransport = this.#openTransport(1);
    this.#elector = this.#createElector(identity);
    const client = new KubernetesApiClient(this.#transport, {
      writing: this.#writing.signal,
      ...(this.#elector && { fence: this.#elector.fence }),
    });
    this.caches = new ReflectedCaches({
      client,
      clock,
      random,
      logger,
      ...(options.reflectorTimings && { timings: options.reflectorTimings }),
      onRestart: ({ plural }, reason) => this.metrics.watchRestartsTotal.inc({ resource: plural, reason }),
    });
    const applier = new ServerSideApplier({
      client,
      clock,
      caches: this.caches,
      annotation: `${domain}/applied-digest`,
    });
    this.#events = new EventSeriesRecorder({
      client,
      clock,
      logger,
      controller: `${domain}/${name}`,
      instance: identity,
    });
    this.tools = {
      apply: (desired, applyOptions) => applier.apply(desired, applyOptions),
      prune: (pruneOptions) => applier.prune(pruneOptions),
      clock,
      client,
      caches: this.caches,
      events: this.#events,
      status: new StatusPatcher(client, this.caches),
      finalizers: new PatchedFinalizers(client, this.caches),
    };
    this.#exposeState();
  }

  /** Port of the management server while it runs. */
  get managementPort(): number | undefined {
    return this.#managementPort;
  }

  /** Asks the API server for plural and scope of a kind. @throws ApiError, RangeError when it is not served */
  discover(apiVersion: string, kind: string): Promise<ResourceRef> {
    return discover(this.#transport, apiVersion, kind);
  }

  /** Finds out what the kind's resource is, and declares a cache of it. @throws ApiError, RangeError when it is not served */
  async watch(apiVersion: string, kind: string, options: CacheOptions = {}): Promise<Cache> {
    return this.caches.declare(await this.discover(apiVersion, kind), options);
  }

  /** Adds a controller; the caches of its kinds must be declared. */
  control(options: ControllerOptions): Controller {
    const { clock, random } = this.#options;
    const { caches, logger, metrics } = this;
    const controller = new KeyedController(options, { caches, clock, random, logger, metrics });
    this.#controllers.push(controller);
    return controller;
  }

  /**
   * Works until `signal` aborts: then finishes what is under way and releases the lease. Caches are kept from the
   * start, leading or not, so that a standby takes over warm.
   * @throws LeaseLostError: the process must end
   */
  async run(signal: AbortSignal): Promise<void> {
    const server = await this.#startManagement();
    const stop = new AbortController();
    const end = () => stop.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    for (const { resource } of this.caches.all()) this.metrics.initResource(resource.plural);
    const caching = this.caches.run(stop.signal);
    const collecting = keepCollected(processHeap(), this.#options.clock, stop.signal);
    try {
      await this.#whenSynced(stop.signal);
      if (!stop.signal.aborted) await this.#lead(stop.signal);
    } finally {
      stop.abort();
      signal.removeEventListener('abort', end);
      await caching;
      await collecting;
      await server?.close();
      this.#transport.close();
      this.#leaseTransport.close();
    }
  }

  #lead(signal: AbortSignal): Promise<void> {
    const work = (term: AbortSignal) => this.#drained(this.#work(term), term);
    if (this.#elector) return this.#elector.run(signal, work);
    this.metrics.leader.set(1);
    return work(signal);
  }

  async #work(term: AbortSignal): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.run(term)));
    await this.#events.flush();
  }

  /** Waits for `work`, but when `term` is over only so long: a successor must not have to wait for what hangs. */
  async #drained(work: Promise<void>, term: AbortSignal): Promise<void> {
    const { clock, drainMs } = this.#options;
    const done = new AbortController();
    const ended = work.finally(() => done.abort());
    const patience = async () => {
      await aborted(AbortSignal.any([term, done.signal]));
      await sleep(clock, drainMs, done.signal);
    };
    try {
      await Promise.race([ended, patience()]);
    } finally {
      this.#writing.abort(new FencedError('any write', 'the operator has stopped'));
    }
  }

  async #whenSynced(signal: AbortSignal): Promise<void> {
    while (!this.caches.hasSynced() && !signal.aborted) await sleep(this.#options.clock, 20, signal);
  }

  #openTransport(maxConnections: number): HttpTransport {
    const { access, clock, random, name, requestTimeoutMs: timeoutMs = 30_000 } = this.#options;
    const observe = this.metrics.observeCall;
    return new HttpTransport({ access, clock, random, maxConnections, timeoutMs, observe, userAgent: name });
  }

  #createElector(identity: string): LeaderElector | undefined {
    const { leaderElection, name, clock, random } = this.#options;
    const { logger } = this;
    this.metrics.leader.set(0);
    return (
      leaderElection &&
      new LeaderElector({
        client: new KubernetesApiClient(this.#leaseTransport),
        lease: { namespace: leaderElection.namespace, name },
        identity,
        clock,
        random,
        logger,
        ...(leaderElection.timings && { timings: leaderElection.timings }),
        onChange: (leading) => this.metrics.leader.set(leading ? 1 : 0),
      })
    );
  }

  async #startManagement() {
    const { managementPort: port } = this.#options;
    if (port === undefined) return undefined;
    const server = await startManagementServer({
      port,
      registry: this.registry,
      live: {},
      ready: { 'caches-synced': () => this.caches.hasSynced() },
    });
    this.#managementPort = server.port;
    return server;
  }

  #exposeState(): void {
    this.metrics.onCollect(() => {
      for (const cache of this.caches.all()) {
        const resource = cache.resource.plural;
        this.metrics.cacheObjects.set({ resource }, cache.size);
        this.metrics.cacheBytes.set({ resource }, cache.heldCharacters);
        this.metrics.cacheSynced.set({ resource }, cache.hasSynced() ? 1 : 0);
      }
    });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
