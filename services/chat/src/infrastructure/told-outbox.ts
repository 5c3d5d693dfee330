import type { Clock } from '@chatplatform/kit/clock';
import type { OutboxStore, PendingEvent } from '@chatplatform/kit/outbox';
import type { Announcements } from '../core/commands/announce/announcements.ts';
import type { UntoldEntries } from '../core/ports/untold-entries.ts';

export interface ToldOutboxDeps {
  readonly announcements: Pick<Announcements, 'ensureTold' | 'release'>;
  readonly untold: Pick<UntoldEntries, 'remember'>;
  readonly clock: Clock;
  /** Of entries; what other collections hold is not told live. */
  readonly collection: string;
  /** Hears of failures that harm nobody: what was not told of is found again. */
  readonly onError: (error: unknown) => void;
}

/** Longer than it takes to tell of what was stored: whoever stored it may be gone. */
const GRACE_MS = 2_000;

/**
 * An outbox that an entry leaves once other services and connected clients have been told of it, in whatever order and
 * by whichever process. What a process that died left is found by the sweep of the events, and told by it.
 */
export function toldOutbox(
  outbox: OutboxStore,
  { announcements, untold, clock, collection, onError }: ToldOutboxDeps,
): OutboxStore {
  const entryIds = (events: readonly PendingEvent[]): string[] =>
    events.flatMap(({ heldBy }) => (heldBy?.collection === collection ? [heldBy.id] : []));
  return {
    async pending(limit) {
      const events = await outbox.pending(limit);
      const before = clock.now().getTime() - GRACE_MS;
      const abandoned = events.filter(({ event }) => Date.parse(event.time) < before);
      // The broker may be away for long: clients do not wait for it.
      announcements.ensureTold(entryIds(abandoned)).catch(onError);
      return events;
    },
    async markPublished(events) {
      const ids = entryIds(events);
      const told = await announcements.ensureTold(ids);
      const left = ids.filter((id) => !told.has(id));
      if (left.length > 0) await untold.remember(left);
      await outbox.markPublished(events);
      announcements.release(told);
    },
  };
}
