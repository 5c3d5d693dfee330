import type { PendingSend } from '../core/outbox.ts';

/** Where something small is kept between two runs of the program. */
export interface Keeper<T> {
  load(): T | undefined;
  save(value: T | undefined): void;
}

export type OutboxKeeper = Keeper<readonly PendingSend[]>;

/** Kept as long as the program runs. */
export function inMemory<T>(): Keeper<T> {
  let kept: T | undefined;
  return {
    load: () => kept,
    save: (value) => {
      kept = value;
    },
  };
}

/** As much of the browser's `Storage` as is needed. */
export interface StringStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** In `sessionStorage`, `localStorage` or the like, as JSON. What is there and is no JSON counts as nothing. */
export function inStorage<T>(storage: StringStorage, key: string): Keeper<T> {
  return {
    load: () => {
      const kept = storage.getItem(key);
      if (kept === null) return undefined;
      try {
        return JSON.parse(kept) as T;
      } catch {
        return undefined;
      }
    },
    save: (value) => {
      if (value === undefined) storage.removeItem(key);
      else storage.setItem(key, JSON.stringify(value));
    },
  };
}
