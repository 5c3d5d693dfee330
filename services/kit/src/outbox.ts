import { setImmediate as turn } from 'node:timers/promises';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { toError } from './errors.ts';
import type { EventBus } from './events.ts';
import type { Logger } from './logger.ts';
import { createGauge } from './metrics.ts';
import { runUntraced } from './telemetry.ts';

/** An event that is stored and not yet known to be with the broker. */
export type PendingEvent = {
  readonly event: CloudEvent;
  /** The document that holds it, where events are kept inside documents; spares the store a search. */
  readonly heldBy?: { readonly collection: string; readonly id: string };
};

export interface OutboxStore {
  /** The oldest first. */
  pending(limit: number): Promise<PendingEvent[]>;
  /** After this they are no longer pending; harmless when repeated. */
  markPublished(events: readonly PendingEvent[]): Promise<void>;
}

export interface OutboxRelay {
  /**
   * Publishes what was just committed, in the order of the calls; without events: looks into the store now. Never
   * throws and needs no awaiting: what fails stays in the store and is swept.
   */
  nudge(events?: readonly (CloudEvent | PendingEvent)[]): void;
  /** Publishes what an earlier process left and sweeps from then on. */
  start(): void;
  /** Ends after the batch in hand; the rest stays in the store. */
  stop(): Promise<void>;
}

export type OutboxRelayOptions = {
  readonly store: OutboxStore;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly logger: Logger;
  /** Default 5 s. */
  readonly sweepIntervalMs?: number;
  /** Events published before their confirms are awaited. Default 200. */
  readonly batchSize?: number;
  /** Events read at once by a sweep, which a store may have to search for. Default 2000. */
  readonly pageSize?: number;
  /** Nudged events kept in memory; more are left to the sweep. Default 10 000. */
  readonly maxNudged?: number;
  /** How long a mark waits for others at most. Default 50 ms. */
  readonly markDelayMs?: number;
};

const behindGauge = createGauge({
  name: 'outbox_behind',
  help: '1 while stored events wait because publishing failed, else 0.',
});

const asPending = (item: CloudEvent | PendingEvent): PendingEvent =>
  'event' in item ? item : { event: item };

/**
 * Moves committed events to the broker. Two sources, one order: events nudged from memory go out directly while all is
 * well; once anything fails, or at start, the store is the source until it has been drained, so that a later event of a
 * subject does not overtake an earlier one. Published at least once: consumers keep an inbox.
 *
 * What was confirmed is marked a little later, many at once: a process that dies in between leaves events that are published
 * again, as one does that dies right after a confirm.
 */
export const createOutboxRelay = ({
  store,
  bus,
  logger,
  sweepIntervalMs = 5_000,
  batchSize = 200,
  pageSize = 2_000,
  maxNudged = 10_000,
  markDelayMs = 50,
}: OutboxRelayOptions): OutboxRelay => {
  let nudged: PendingEvent[] = [];
  /** Of the last sweep: an event may be swept between its commit and its nudge. */
  let swept = new Set<string>();
  /** With the broker, and still pending in the store. */
  let unmarked: PendingEvent[] = [];
  let markTimer: NodeJS.Timeout | undefined;
  let marksDue = false;
  let sweepDue = true;
  let behind = true;
  let failing = false;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const setBehind = (value: boolean): void => {
    behind = value;
    behindGauge.set(value ? 1 : 0);
  };

  /** Publishes in order without waiting in between; what was confirmed is to be marked. Throws when any was not. */
  const publishBatch = async (batch: readonly PendingEvent[]): Promise<void> => {
    const outcomes = await Promise.allSettled(batch.map(({ event }) => bus.publish(event)));
    unmarked.push(...batch.filter((_, index) => outcomes[index]?.status === 'fulfilled'));
    markTimer ??= setTimeout(() => {
      marksDue = true;
      if (!behind) wake();
    }, markDelayMs);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw toError(failure.reason);
  };

  const markUnmarked = async (): Promise<void> => {
    clearTimeout(markTimer);
    markTimer = undefined;
    marksDue = false;
    if (unmarked.length === 0) return;
    await store.markPublished(unmarked);
    unmarked = [];
  };

  const sweep = async (): Promise<void> => {
    // Or they would be found pending.
    await markUnmarked();
    swept = new Set();
    // Little at first: the broker may still be away.
    for (let size = batchSize, more = true; more && !stopped; size = pageSize) {
      const page = await store.pending(size);
      for (let from = 0; from < page.length && !stopped; from += batchSize) {
        const batch = page.slice(from, from + batchSize);
        await publishBatch(batch).finally(markUnmarked);
        for (const { event } of batch) swept.add(event.id);
      }
      more = page.length === size;
    }
    nudged = nudged.filter(({ event }) => !swept.has(event.id));
  };

  const step = async (): Promise<void> => {
    if (sweepDue) {
      sweepDue = false;
      await sweep();
      setBehind(false);
    } else if (marksDue || unmarked.length >= batchSize) {
      await markUnmarked();
    } else {
      await publishBatch(nudged.splice(0, batchSize));
    }
  };

  const workLeft = (): boolean => !stopped && (sweepDue || marksDue || nudged.length > 0);

  const drain = async (): Promise<void> => {
    // Whoever nudged has somebody to answer first.
    await turn();
    try {
      while (workLeft()) await step();
      failing = false;
    } catch (error) {
      if (!failing)
        logger.warn({ err: toError(error) }, 'outbox: publishing failed, the sweep will catch up');
      failing = true;
      setBehind(true);
      nudged = [];
    }
  };

  const wake = (): void => {
    if (stopped) return;
    running ??= runUntraced(drain).finally(() => {
      running = undefined;
      // Nudged after the last look and before this line.
      if (!behind && workLeft()) wake();
    });
  };

  return {
    nudge(events = []) {
      const fresh = events.map(asPending).filter(({ event }) => !swept.has(event.id));
      if (events.length === 0) sweepDue = true;
      else if (nudged.length + fresh.length <= maxNudged) nudged.push(...fresh);
      else {
        nudged = [];
        sweepDue = true;
      }
      // While behind, the timer tries: a nudge a message would hammer the store when the broker is away.
      if (!behind) wake();
    },
    start() {
      stopped = false;
      sweepDue = true;
      timer = setInterval(() => {
        sweepDue = true;
        wake();
      }, sweepIntervalMs);
      wake();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
      await markUnmarked().catch((error: unknown) => {
        logger.warn(
          { err: toError(error) },
          'outbox: what was published is not marked and will be published again',
        );
      });
    },
  };
};
