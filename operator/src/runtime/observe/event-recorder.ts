import type { Logger } from 'pino';
import { digest } from '../canonical.ts';
import type { ApiClient } from '../client/types.ts';
import type { Clock } from '../clock.ts';
import { isAlreadyExists, isNotFound } from '../errors.ts';
import { describeObject, type KubeObject, type ResourceRef } from '../object.ts';
import { formatMicroTime } from './conditions.ts';
import type { EventDetails, EventRecorder } from './types.ts';

const EVENTS: ResourceRef = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

const NOTE_BYTES = 1024;

export interface EventSeriesRecorderOptions {
  client: ApiClient;
  clock: Clock;
  logger: Logger;
  /** Domain-like name of the reporter: `example.dev/operator`. */
  controller: string;
  /** Name of the process, usually the Pod's. */
  instance: string;
  /** A repeated event is written at most this often, ms. @default 30_000 */
  seriesFlushMs?: number;
  /** A series ends when it was not added to for so long, ms. @default 360_000 */
  seriesEndMs?: number;
  /** Different events remembered at most; beyond, the oldest series ends early. @default 1000 */
  maxSeries?: number;
}

interface Series {
  name: string;
  namespace: string;
  count: number;
  writtenCount: number;
  /** Wall ms of the latest occurrence. */
  latest: number;
  touched: number;
}

const cutToBytes = (text: string, bytes: number): string => {
  const buffer = Buffer.from(text);
  // A cut inside a character decodes to the replacement character, which is dropped.
  return buffer.length <= bytes
    ? text
    : buffer
        .subarray(0, bytes)
        .toString('utf8')
        .replace(/\uFFFD$/, '');
};

const reference = (object: KubeObject) => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace !== undefined && { namespace: object.metadata.namespace }),
  ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }),
});

/** Writes events in the background, one after the other; what repeats becomes one event with a count. */
export class EventSeriesRecorder implements EventRecorder {
  readonly #options: Required<EventSeriesRecorderOptions>;
  readonly #series = new Map<string, Series>();
  #writes: Promise<void> = Promise.resolve();
  #cancelFlush: (() => void) | undefined;

  constructor(options: EventSeriesRecorderOptions) {
    this.#options = { seriesFlushMs: 30_000, seriesEndMs: 360_000, maxSeries: 1000, ...options };
  }

  record(regarding: KubeObject, details: EventDetails): void {
    const { clock } = this.#options;
    const id = digest([reference(regarding), details.type, details.reason, details.action, details.note]);
    const series = this.#series.get(id);
    if (series && clock.monotonic() - series.touched < this.#options.seriesEndMs) {
      series.count += 1;
      series.latest = clock.now();
      series.touched = clock.monotonic();
    } else {
      this.#begin(id, regarding, details);
    }
    this.#scheduleFlush();
  }

  /** Writes what is pending, for a graceful stop. */
  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#writeSeries();
    await this.#writes;
  }

  #begin(id: string, regarding: KubeObject, details: EventDetails): void {
    const { clock, maxSeries, controller, instance } = this.#options;
    const [oldest] = this.#series.keys();
    if (this.#series.size >= maxSeries && oldest !== undefined) this.#series.delete(oldest);

    const now = clock.now();
    const namespace = regarding.metadata.namespace ?? 'default';
    const suffix = digest([id, now])
      .replaceAll(/[^a-zA-Z0-9]/g, '0')
      .toLowerCase();
    const name = `${regarding.metadata.name.slice(0, 220)}.${suffix}`;
    const event: KubeObject = {
      apiVersion: EVENTS.apiVersion,
      kind: EVENTS.kind,
      metadata: { name, namespace },
      eventTime: formatMicroTime(now),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      type: details.type,
      reason: details.reason,
      action: details.action,
      note: cutToBytes(details.note, NOTE_BYTES),
      regarding: reference(regarding),
      ...(details.related && { related: reference(details.related) }),
    };
    this.#series.set(id, {
      name,
      namespace,
      count: 1,
      writtenCount: 1,
      latest: now,
      touched: clock.monotonic(),
    });
    this.#enqueue(`event ${details.reason} of ${describeObject(regarding)}`, async () => {
      await this.#options.client.create(EVENTS, event).catch((error: unknown) => {
        // The answer to a first attempt was lost on the way.
        if (!isAlreadyExists(error)) throw error;
      });
    });
  }

  #scheduleFlush(): void {
    const { clock, seriesFlushMs } = this.#options;
    this.#cancelFlush ??= clock.schedule(seriesFlushMs, () => {
      this.#cancelFlush = undefined;
      this.#writeSeries();
      if (this.#series.size > 0) this.#scheduleFlush();
    });
  }

  #writeSeries(): void {
    const { clock, seriesEndMs, client } = this.#options;
    for (const [id, series] of this.#series) {
      if (series.count > series.writtenCount) {
        series.writtenCount = series.count;
        const { name, namespace, count, latest } = series;
        this.#enqueue(`series of event ${name}`, async () => {
          try {
            const lastObservedTime = formatMicroTime(latest);
            await client.mergePatch(EVENTS, { namespace, name }, { series: { count, lastObservedTime } });
          } catch (error) {
            // Expired on the server: the next occurrence begins a new event.
            if (!isNotFound(error)) throw error;
            this.#series.delete(id);
          }
        });
      } else if (clock.monotonic() - series.touched >= seriesEndMs) {
        this.#series.delete(id);
      }
    }
  }

  #enqueue(what: string, write: () => Promise<void>): void {
    this.#writes = this.#writes.then(write).catch((err: unknown) => {
      this.#options.logger.warn({ err }, `${what} was not written`);
    });
  }
}
