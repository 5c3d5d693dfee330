import type { Key, KubeObject } from '../object.ts';
import type { IndexFunction } from './types.ts';

/** More keys of one value than this are looked through too often to lie in a text. */
const MOST_IN_TEXT = 64;
/** No key holds it. */
const END = '\n';

/** Keys of one value: as one text they take a third of what a set does, and most values have a few only. */
type Keys = string | Set<Key>;

const listed = (keys: Keys): Iterable<Key> => (typeof keys === 'string' ? keys.split(END) : keys);

/** Joined rather than appended to: V8 would keep a text that was appended to as the pieces it is made of. */
const held = (keys: readonly Key[]): Keys => (keys.length > MOST_IN_TEXT ? new Set(keys) : keys.join(END));

/** Keys of objects by a value that is derived from them. */
export class KeyIndex {
  readonly #valuesOf: IndexFunction;
  readonly #keys = new Map<string, Keys>();

  constructor(valuesOf: IndexFunction) {
    this.#valuesOf = valuesOf;
  }

  add(key: Key, object: KubeObject): void {
    for (const value of this.#valuesOf(object)) this.#add(value, key);
  }

  remove(key: Key, object: KubeObject): void {
    for (const value of this.#valuesOf(object)) this.#remove(value, key);
  }

  /** In no particular order. */
  get(value: string): Iterable<Key> {
    const keys = this.#keys.get(value);
    return keys === undefined ? [] : listed(keys);
  }

  #add(value: string, key: Key): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, key);
    else if (typeof keys !== 'string') keys.add(key);
    else {
      const present = keys.split(END);
      if (!present.includes(key)) this.#keys.set(value, held([...present, key]));
    }
  }

  #remove(value: string, key: Key): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) return;
    if (typeof keys === 'string') {
      const rest = keys.split(END).filter((present) => present !== key);
      if (rest.length === 0) this.#keys.delete(value);
      else this.#keys.set(value, rest.join(END));
    } else {
      keys.delete(key);
      if (keys.size === 0) this.#keys.delete(value);
    }
  }
}
