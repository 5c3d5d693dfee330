import type { CloudEvent } from '@chatplatform/contracts/events/envelope';

/** Remembers which events a consumer is done with. */
export interface InboxStore {
  isDone(eventId: string): Promise<boolean>;
  markDone(eventId: string): Promise<void>;
}

/**
 * Skips an event that was handled before. A crash between the effect and the mark runs the handler once more: its
 * effect must be idempotent by construction (a natural key, or the event's id inside the written document). Where the
 * effect and the mark share a transaction use `markInInbox` of the SQL adapters instead.
 */
export const exactlyOnce =
  (store: InboxStore, handle: (event: CloudEvent) => Promise<void>): ((event: CloudEvent) => Promise<void>) =>
  async (event) => {
    if (await store.isDone(event.id)) return;
    await handle(event);
    await store.markDone(event.id);
  };
