import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { ServerSideApplier } from './apply/server-side-applier.ts';
import { ReflectedCaches } from './cache/cache-set.ts';
import type { ReflectorTimings } from './cache/reflector.ts';
import { KubernetesApiClient } from './client/api-client.ts';
import { discover } from './client/discovery.ts';
import { sleep, systemClock, type Clock, type Random } from './clock.ts';
import { KeyedController } from './controller/keyed-controller.ts';
import type { Controller, ControllerOptions, Toolbox } from './controller/types.ts';
import { LeaderElector, type LeaderTimings } from './leader/elector.ts';
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
  logger: Logger;
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
}

/** A process that reconciles: declare caches and controllers, then `run`. */
export class Operator {
  readonly tools: Toolbox;
  readonly caches: ReflectedCaches;
  readonly metrics: RuntimeMetrics;
  readonly registry: Registry;
  readonly #options: OperatorOptions & { clock: Clock; random: Random };
  readonly #transport: HttpTransport;
  readonly #leaseTransport: HttpTransport;
  readonly #elector: LeaderElector | undefined;
  readonly #events: EventSeriesRecorder;
  readonly #controllers: KeyedController[] = [];
  #managementPort: number | undefined;

  constructor(given: OperatorOptions) {
    const options = { clock: systemClock, random: Math.random, ...given };
    const { name, domain, clock, random, logger } = options;
    const identity = options.identity ?? `${hostname()}_${randomUUID().slice(0, 8)}`;
    this.#options = options;
    this.registry = options.registry ?? new Registry();
    this.metrics = new RuntimeMetrics(this.registry);
    this.#transport = this.#openTransport(options.maxConnections ?? 8);
    this.#leaseTransport = this.#openTransport(1);
    this.#elector = this.#createElector(identity);
    const client = new KubernetesApiClient(
      this.#transport,
      this.#elector ? { fence: this.#elector.fence } : {},
    );
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

  /** Adds a controller; the caches of its kinds must be declared. */
  control(options: ControllerOptions): Controller {
    const { clock, random, logger } = this.#options;
    const controller = new KeyedController(options, {
      caches: this.caches,
      clock,
      random,
      logger,
      metrics: this.metrics,
    });
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
    try {
      await this.#whenSynced(stop.signal);
      if (!stop.signal.aborted) await this.#lead(stop.signal);
    } finally {
      stop.abort();
      signal.removeEventListener('abort', end);
      await caching;
      await server?.close();
      this.#transport.close();
      this.#leaseTransport.close();
    }
  }

  #lead(signal: AbortSignal): Promise<void> {
    const work = async (term: AbortSignal) => {
      await Promise.all(this.#controllers.map((controller) => controller.run(term)));
      await this.#events.flush();
    };
    if (this.#elector) return this.#elector.run(signal, work);
    this.metrics.leader.set(1);
    return work(signal);
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
    const { leaderElection, name, clock, random, logger } = this.#options;
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
        this.metrics.cacheSynced.set({ resource }, cache.hasSynced() ? 1 : 0);
      }
    });
  }
}
