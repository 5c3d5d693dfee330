import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { ReflectedCaches } from '@chatplatform/operator/runtime/cache/cache-set';
import type { CacheOptions } from '@chatplatform/operator/runtime/cache/types';
import { systemClock } from '@chatplatform/operator/runtime/clock';
import { createLogger } from '@chatplatform/operator/runtime/logger';
import { keyOf, type Key, type KubeObject, type ResourceRef } from '@chatplatform/operator/runtime/object';
import { z } from 'zod';
import type { BenchCluster } from '../cluster/cluster.ts';

const statusSchema = z.object({
  status: z.object({
    observedGeneration: z.number(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })),
  }),
});

/** Ready=True, and of the spec that is stored now. */
export function isReady(platform: KubeObject): boolean {
  const { data } = statusSchema.safeParse(platform);
  return (
    data !== undefined &&
    data.status.observedGeneration === platform.metadata.generation &&
    data.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}

/** Follows one resource for as long as the bench runs, and tells of each change as it arrives. */
export class Following {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #caches: ReflectedCaches;

  constructor(
    { client }: Pick<BenchCluster, 'client'>,
    resource: ResourceRef,
    options: CacheOptions & { onChange: (object: KubeObject) => void },
  ) {
    const { onChange, ...scope } = options;
    const logger = createLogger({ service: 'bench', level: 'silent' });
    this.#caches = new ReflectedCaches({ client, clock: systemClock, random: Math.random, logger });
    this.#caches.declare(resource, scope).subscribe(({ type, object }) => {
      if (type !== 'deleted') onChange(object);
    });
    this.#running = this.#caches.run(this.#stop.signal);
  }

  hasSynced(): boolean {
    return this.#caches.hasSynced();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

/** When each platform was first seen to be ready. */
export class ReadyWatch {
  readonly #following: Following;
  /** By platform, as `performance.now()` counts. */
  readonly #readyAt = new Map<Key, number>();
  readonly #waiting = new Map<Key, (at: number) => void>();

  constructor(cluster: Pick<BenchCluster, 'client'>) {
    this.#following = new Following(cluster, CHAT_PLATFORM, {
      onChange: (platform) => this.#see(platform),
      // A status is large, and nothing but the moment is kept.
      transform: ({ apiVersion, kind, metadata, ...rest }) => ({
        apiVersion,
        kind,
        metadata,
        ready: isReady({ apiVersion, kind, metadata, ...rest }),
      }),
    });
  }

  #see(platform: KubeObject): void {
    const key = keyOf(platform);
    if (platform['ready'] !== true || this.#readyAt.has(key)) return;
    const at = performance.now();
    this.#readyAt.set(key, at);
    this.#waiting.get(key)?.(at);
    this.#waiting.delete(key);
  }

  /** Resolves with the moment at which it was first ready, as `performance.now()` counts. */
  untilReady(key: Key, interrupted: AbortSignal): Promise<number> {
    const at = this.#readyAt.get(key);
    if (at !== undefined) return Promise.resolve(at);
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(interrupted.reason as Error);
      interrupted.addEventListener('abort', stop, { once: true });
      this.#waiting.set(key, (moment) => {
        interrupted.removeEventListener('abort', stop);
        resolve(moment);
      });
    });
  }

  stop(): Promise<void> {
    return this.#following.stop();
  }
}
