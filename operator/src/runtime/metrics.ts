import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WatchRestart } from './cache/reflector.ts';
import type { CallObservation } from './transport/http-transport.ts';

export const reconcileResults = [
  'success',
  'requeue',
  'error',
  'terminal',
  /** Not tried: resting after a terminal error, or the key's circuit is open. */
  'skipped',
] as const;
export type ReconcileResult = (typeof reconcileResults)[number];

const watchRestarts: readonly WatchRestart[] = ['expired', 'gone', 'idle', 'error'];

const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Every metric of the runtime. Series whose labels are known beforehand start at zero, so that a dashboard shows 0
 * and an alert on a rate sees the first increase.
 */
export class RuntimeMetrics {
  readonly reconcileTotal: Counter<'controller' | 'result'>;
  readonly reconcileSeconds: Histogram<'controller'>;
  readonly reconcileActive: Gauge<'controller'>;
  readonly queueDepth: Gauge<'controller' | 'priority'>;
  readonly queueOldestSeconds: Gauge<'controller'>;
  readonly queueWaitSeconds: Histogram<'controller'>;
  readonly retriesTotal: Counter<'controller'>;
  readonly apiRequestsTotal: Counter<'verb' | 'resource' | 'code'>;
  readonly apiRequestSeconds: Histogram<'verb'>;
  readonly watchRestartsTotal: Counter<'resource' | 'reason'>;
  readonly cacheObjects: Gauge<'resource'>;
  readonly cacheBytes: Gauge<'resource'>;
  readonly cacheSynced: Gauge<'resource'>;
  readonly leader: Gauge;
  readonly #collectors: (() => void)[] = [];

  constructor(registry: Registry) {
    const registers = [registry];
    const collect = () => this.#collectors.forEach((collector) => collector());
    const named = <L extends string>(name: string, help: string, labelNames: L[]) => ({
      name: `operator_${name}`,
      help,
      labelNames,
      registers,
    });
    this.reconcileTotal = new Counter(
      named('reconcile_total', 'Reconciles by result.', ['controller', 'result']),
    );
    this.reconcileSeconds = new Histogram({
      ...named('reconcile_duration_seconds', 'Time of one reconcile.', ['controller']),
      buckets: seconds,
    });
    this.reconcileActive = new Gauge(named('reconcile_active', 'Reconciles under way.', ['controller']));
    this.queueDepth = new Gauge({
      ...named('workqueue_depth', 'Keys ready to be worked on.', ['controller', 'priority']),
      collect,
    });
    this.queueOldestSeconds = new Gauge(
      named('workqueue_oldest_seconds', 'How long the key that waits longest has been ready.', [
        'controller',
      ]),
    );
    this.queueWaitSeconds = new Histogram({
      ...named('workqueue_wait_seconds', 'How long keys stood ready before they were taken.', ['controller']),
      buckets: seconds,
    });
    this.retriesTotal = new Counter(
      named('workqueue_retries_total', 'Keys put back after an error.', ['controller']),
    );
    this.apiRequestsTotal = new Counter(
      named('api_requests_total', 'Requests to the API server, each attempt; code "error" = no answer.', [
        'verb',
        'resource',
        'code',
      ]),
    );
    this.apiRequestSeconds = new Histogram({
      ...named('api_request_duration_seconds', 'Time of one attempt; of a watch, until its headers.', [
        'verb',
      ]),
      buckets: seconds,
    });
    this.watchRestartsTotal = new Counter(
      named('watch_restarts_total', 'Watches opened anew, by reason.', ['resource', 'reason']),
    );
    this.cacheObjects = new Gauge(named('cache_objects', 'Objects held.', ['resource']));
    this.cacheBytes = new Gauge(
      named('cache_bytes', 'What they take; those that were not used lately are packed.', ['resource']),
    );
    this.cacheSynced = new Gauge(named('cache_synced', '1 when the first list is complete.', ['resource']));
    this.leader = new Gauge(named('leader', '1 while this process leads.', []));
  }

  /** Called at each scrape, to set gauges that nobody keeps up to date. */
  onCollect(collector: () => void): void {
    this.#collectors.push(collector);
  }

  initController(controller: string): void {
    for (const result of reconcileResults) this.reconcileTotal.inc({ controller, result }, 0);
    this.retriesTotal.inc({ controller }, 0);
    this.reconcileActive.set({ controller }, 0);
    this.reconcileSeconds.zero({ controller });
    this.queueWaitSeconds.zero({ controller });
  }

  initResource(resource: string): void {
    for (const reason of watchRestarts) this.watchRestartsTotal.inc({ resource, reason }, 0);
    this.cacheObjects.set({ resource }, 0);
    this.cacheBytes.set({ resource }, 0);
    this.cacheSynced.set({ resource }, 0);
  }

  readonly observeCall = ({ verb, resource, code, durationMs }: CallObservation): void => {
    this.apiRequestsTotal.inc({ verb, resource, code });
    this.apiRequestSeconds.observe({ verb }, durationMs / 1000);
  };
}
