import type { Channels } from './core/channels.ts';
import { EMPTY_OUTBOX, type Outbox } from './core/outbox.ts';
import type { Timeline } from './core/timeline.ts';
import type { Typing } from './core/typing.ts';

/** Everything the client knows. Never changed in place: what is the same object is the same. */
export interface ChatState {
  /** Whether there is a connection right now. */
  readonly online: boolean;
  /** Whether the channels were read since the start. */
  readonly loaded: boolean;
  readonly channels: Channels;
  /** Of the channels that were opened or are followed, by channel id. */
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** What one has said and is not known to be stored. */
  readonly outbox: Outbox;
  readonly typing: Typing;
  /** Who is known to be connected. */
  readonly present: ReadonlySet<string>;
}

export const INITIAL_STATE: ChatState = {
  online: false,
  loaded: false,
  channels: new Map(),
  timelines: new Map(),
  outbox: EMPTY_OUTBOX,
  typing: new Map(),
  present: new Set(),
};

export interface Store {
  readonly state: () => ChatState;
  /** Listeners are told when the result is another object, after the change. */
  readonly update: (change: (state: ChatState) => ChatState) => void;
  /** @returns what takes the listener back */
  readonly subscribe: (listener: (state: ChatState) => void) => () => void;
}

export function createStore(initial: ChatState = INITIAL_STATE): Store {
  let state = initial;
  const listeners = new Set<(state: ChatState) => void>();
  return {
    state: () => state,
    update(change) {
      const next = change(state);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener(state);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
