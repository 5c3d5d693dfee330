import type { Message } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { failureFrom, RequestFailed } from '../core/failure.ts';
import {
  discardSend,
  dueSends,
  enqueue,
  markFailed,
  markInterrupted,
  markSending,
  nextDueAt,
  type Outbox,
  type OutgoingMessage,
  type PendingSend,
  restoreOutbox,
  retrySend,
} from '../core/outbox.ts';
import type { OutboxKeeper } from '../edge/keeping.ts';
import { type LoopDeps, RETRY } from './loop.ts';

export interface SendLoopDeps extends LoopDeps {
  readonly keeper: OutboxKeeper;
  /** What is acknowledged, at its place in the stream; has to `settle` it. */
  readonly onStored: (entry: StreamEntry) => void;
}

export interface SendLoop {
  /** Takes up what an earlier run of the program left. */
  restore(): void;
  send(outgoing: OutgoingMessage): void;
  /** Takes what was refused as something new, under that id. */
  retry(clientMessageId: string, newId: string): void;
  discard(clientMessageId: string): void;
  /** Resolves once it is stored. @throws RequestFailed when it is refused, or discarded */
  stored(clientMessageId: string): Promise<Message>;
  /** Seen in the stream, or acknowledged. */
  settle(message: Message): void;
  online(): void;
  offline(): void;
}

/** Brings what stands in the outbox to the server. Kept before it is tried, so that the program may end at any moment. */
export function createSendLoop(deps: SendLoopDeps): SendLoop {
  const { store, clock } = deps;
  const awaited = new Map<string, PromiseWithResolvers<Message>>();
  let cancelWake = (): void => undefined;

  const change = (next: (outbox: Outbox) => Outbox): void => {
    const before = store.state().outbox;
    store.update((state) => {
      const outbox = next(state.outbox);
      return outbox === state.outbox ? state : { ...state, outbox };
    });
    const { outbox } = store.state();
    if (outbox !== before) deps.keeper.save(outbox.sends.length === 0 ? undefined : outbox.sends);
  };

  const pump = (): void => {
    if (!store.state().online) return;
    for (const send of dueSends(store.state().outbox, clock.now())) void attempt(send);
    cancelWake();
    const due = nextDueAt(store.state().outbox);
    if (due !== undefined) cancelWake = clock.after(Math.max(0, due - clock.now()), pump);
  };

  const attempt = async ({ channelId, message }: PendingSend): Promise<void> => {
    const { clientMessageId } = message;
    change((outbox) => markSending(outbox, clientMessageId));
    try {
      deps.onStored(await deps.requests.send(channelId, message));
    } catch (error) {
      const failure = failureFrom(error);
      const chance = { now: clock.now(), random: deps.random(), policy: RETRY };
      change((outbox) => markFailed(outbox, clientMessageId, failure, chance));
      if (failure.kind === 'refused') fail(clientMessageId, new RequestFailed(failure));
    }
    pump();
  };

  const fail = (clientMessageId: string, error: RequestFailed): void => {
    awaited.get(clientMessageId)?.reject(error);
    awaited.delete(clientMessageId);
  };

  return {
    restore() {
      const kept = deps.keeper.load() ?? [];
      change((outbox) => restoreOutbox([...kept, ...outbox.sends]));
    },
    send(outgoing) {
      change((outbox) => enqueue(outbox, outgoing));
      pump();
    },
    retry(clientMessageId, newId) {
      change((outbox) => retrySend(outbox, clientMessageId, newId));
      pump();
    },
    discard(clientMessageId) {
      change((outbox) => discardSend(outbox, clientMessageId));
      pump();
    },
    stored(clientMessageId) {
      const result = awaited.get(clientMessageId) ?? Promise.withResolvers<Message>();
      awaited.set(clientMessageId, result);
      // Whether anybody waits for it is the caller's business: the outbox shows a refusal too.
      result.promise.catch(() => undefined);
      return result.promise;
    },
    settle(message) {
      awaited.get(message.clientMessageId)?.resolve(message);
      awaited.delete(message.clientMessageId);
      const { sends } = store.state().outbox;
      const left = sends.filter((send) => send.message.clientMessageId !== message.clientMessageId);
      if (left.length < sends.length) change(() => ({ sends: left }));
    },
    online: pump,
    offline() {
      cancelWake();
      change(markInterrupted);
    },
  };
}
