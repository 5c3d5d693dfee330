import { controllerOf, keyOf, type Key, type KubeObject, type ResourceRef } from '../object.ts';
import { KeyIndex } from './key-index.ts';
import { PackedTexts } from './packed-texts.ts';
import type {
  Cache,
  CacheListOptions,
  Change,
  ChangeHandler,
  IndexFunction,
  SubscribeOptions,
} from './types.ts';

export interface ObjectStoreOptions {
  resource: ResourceRef;
  indexes?: Record<string, IndexFunction>;
  transform?: (object: KubeObject) => KubeObject;
  /** A handler threw: its fault, which must stop neither the others nor the watch. */
  onHandlerError: (error: unknown) => void;
}

/** Within one resource, resource versions are ordered as numbers. */
const isNewer = (a: string | undefined, b: string | undefined): boolean => Number(a ?? 0) > Number(b ?? 0);

const parse = (text: string): KubeObject => JSON.parse(text) as KubeObject;

/** `managedFields` is most of a typical object's size, and nothing here reads it. */
const withoutManagedFields = (object: KubeObject): KubeObject => {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
};

/** A complete list that arrives in pages. */
export interface Listing {
  add(page: readonly KubeObject[]): void;
  /** What none of the pages held is gone. */
  end(): void;
}

/**
 * The objects of one resource. Fed by a reflector, and by `remember` with the answers to our own writes, so
 * that a reconcile right after a write does not see the world before it.
 *
 * They are held as packed text, since most are not looked at for minutes: each `get` answers a copy of its own.
 */
export class ObjectStore implements Cache {
  readonly resource: ResourceRef;
  readonly #texts = new PackedTexts();
  readonly #indexes: Map<string, KeyIndex>;
  readonly #transform: (object: KubeObject) => KubeObject;
  /** Held from the answer to a write of our own, and not yet seen through list or watch. */
  readonly #ahead = new Set<Key>();
  readonly #handlers = new Set<ChangeHandler>();
  readonly #onHandlerError: (error: unknown) => void;
  /** All changes up to this version have been seen through list and watch. */
  #seen: string | undefined;
  #served = true;

  constructor(options: ObjectStoreOptions) {
    this.resource = options.resource;
    this.#transform = options.transform ?? ((object) => object);
    this.#onHandlerError = options.onHandlerError;
    this.#indexes = new Map(
      Object.entries(options.indexes ?? {}).map(([name, valuesOf]) => [name, new KeyIndex(valuesOf)]),
    );
  }

  get size(): number {
    return this.#texts.size;
  }

  /** Characters that the objects take, packed and open together. */
  get heldCharacters(): number {
    return this.#texts.packedCharacters + this.#texts.openCharacters;
  }

  hasSynced(): boolean {
    return this.#seen !== undefined || !this.#served;
  }

  isServed(): boolean {
    return this.#served;
  }

  get(key: Key): KubeObject | undefined {
    const text = this.#texts.get(key);
    return text === undefined ? undefined : parse(text);
  }

  list({ namespace, labels = {} }: CacheListOptions = {}): KubeObject[] {
    const wanted = Object.entries(labels);
    const traces = wanted.map(([label, value]) => `${JSON.stringify(label)}:${JSON.stringify(value)}`);
    const found: KubeObject[] = [];
    for (const [, text] of this.#entries(namespace)) {
      // Most are none of it, and to parse them would be most of the work; the same text may stand elsewhere in one, though.
      if (!traces.every((trace) => text.includes(trace))) continue;
      const object = parse(text);
      if (wanted.every(([label, value]) => object.metadata.labels?.[label] === value)) found.push(object);
    }
    return found;
  }

  byIndex(name: string, value: string): KubeObject[] {
    const index = this.#indexes.get(name);
    if (!index) throw new TypeError(`the cache of ${this.resource.plural} has no index ${name}`);
    return [...index.get(value)].flatMap((key) => this.get(key) ?? []);
  }

  /**
   * What `owner` controls. What a namespaced owner controls is in its namespace; for one without, everything
   * is looked through.
   * @param isOf whether a key is of interest: the others are not parsed
   */
  controlledBy(owner: KubeObject, isOf: (key: Key) => boolean): KubeObject[] {
    const { uid = '', namespace } = owner.metadata;
    const found: KubeObject[] = [];
    for (const [key, text] of this.#entries(namespace)) {
      if (!isOf(key) || !text.includes(uid)) continue;
      const object = parse(text);
      if (controllerOf(object)?.uid === uid) found.push(object);
    }
    return found;
  }

  #entries(namespace: string | undefined): Iterable<[Key, string]> {
    return namespace === undefined ? this.#texts.entries() : this.#texts.entriesIn(namespace);
  }

  subscribe(handler: ChangeHandler, { replay = true }: SubscribeOptions = {}): () => void {
    this.#handlers.add(handler);
    if (replay) {
      for (const [, text] of this.#texts.entries())
        this.#call(handler, { type: 'added', object: parse(text) });
    }
    return () => this.#handlers.delete(handler);
  }

  /** A complete list, as of `resourceVersion`. */
  replaceAll(listed: readonly KubeObject[], resourceVersion: string): void {
    const listing = this.startList(resourceVersion);
    listing.add(listed);
    listing.end();
  }

  /** A complete list as of `resourceVersion` follows; pages are taken in as they come, so that none has to wait in memory. */
  startList(resourceVersion: string): Listing {
    // A cluster restored from a backup counts from an earlier version again: then the list alone is true.
    const rewound = isNewer(this.#seen, resourceVersion);
    const keys = new Set<Key>();
    return {
      add: (page) => {
        for (const object of page) {
          keys.add(keyOf(object));
          if (rewound || !this.#isKnown(object)) this.#set(object, rewound);
        }
      },
      end: () => {
        this.#seen = resourceVersion;
        this.#served = true;
        for (const object of this.#vanished(keys)) {
          const writtenSince = !rewound && isNewer(object.metadata.resourceVersion, resourceVersion);
          if (!writtenSince) this.#remove(keyOf(object), object);
        }
      },
    };
  }

  #vanished(listed: ReadonlySet<Key>): KubeObject[] {
    return [...this.#texts.entries()].flatMap(([key, text]) => (listed.has(key) ? [] : [parse(text)]));
  }

  /** The API server has no such kind, or no longer. */
  notServed(): void {
    this.#served = false;
    this.#seen = undefined;
    for (const object of this.list()) this.#remove(keyOf(object), object);
  }

  upsert(object: KubeObject): void {
    this.advance(object.metadata.resourceVersion);
    this.#set(object, false);
  }

  remove(object: KubeObject): void {
    this.advance(object.metadata.resourceVersion);
    const key = keyOf(object);
    const held = this.get(key);
    if (!held) return;
    // Deleted, and created again by our own write, whose watch event is still to come.
    if (isNewer(held.metadata.resourceVersion, object.metadata.resourceVersion))
      return this.#set(held, false);
    this.#remove(key, object);
  }

  /** Packs what nobody has looked at since the last call. */
  pack(): void {
    this.#texts.pack();
  }

  /** A bookmark: nothing up to `resourceVersion` is missing. */
  advance(resourceVersion: string | undefined): void {
    if (resourceVersion !== undefined && isNewer(resourceVersion, this.#seen)) this.#seen = resourceVersion;
  }

  /**
   * The answer to a write of our own. Ignored when the watch is past it already: the object may since have
   * been changed or deleted. Handlers are not called: the watch will tell them, with what others wrote before us.
   */
  remember(object: KubeObject): KubeObject {
    const stripped = this.#transform(withoutManagedFields(object));
    const { resourceVersion } = object.metadata;
    const held = this.get(keyOf(object));
    const known =
      isNewer(resourceVersion, this.#seen) && isNewer(resourceVersion, held?.metadata.resourceVersion);
    if (this.hasSynced() && known) {
      this.#hold(keyOf(object), stripped, held);
      this.#ahead.add(keyOf(object));
    }
    return stripped;
  }

  /** Handlers have been told of this very version, so a list that repeats it is no news. */
  #isKnown(object: KubeObject): boolean {
    const key = keyOf(object);
    const held = this.get(key);
    return held?.metadata.resourceVersion === object.metadata.resourceVersion && !this.#ahead.has(key);
  }

  #set(object: KubeObject, force: boolean): void {
    const key = keyOf(object);
    const held = this.get(key);
    const version = object.metadata.resourceVersion;
    const heldVersion = held?.metadata.resourceVersion;
    if (held && !force && isNewer(heldVersion, version)) {
      // Ours is newer, but this change was not dispatched yet, and it may be someone else's.
      return this.#dispatch({ type: 'modified', object: held, previous: held });
    }
    const stripped = this.#transform(withoutManagedFields(object));
    this.#ahead.delete(key);
    this.#hold(key, stripped, held);
    this.#dispatch(
      held ? { type: 'modified', object: stripped, previous: held } : { type: 'added', object: stripped },
    );
  }

  #hold(key: Key, object: KubeObject, previous: KubeObject | undefined): void {
    for (const index of this.#indexes.values()) {
      if (previous) index.remove(key, previous);
      index.add(key, object);
    }
    this.#texts.set(key, JSON.stringify(object));
  }

  #remove(key: Key, last: KubeObject): void {
    const previous = this.get(key);
    if (!previous) return;
    for (const index of this.#indexes.values()) index.remove(key, previous);
    this.#texts.delete(key);
    this.#ahead.delete(key);
    this.#dispatch({ type: 'deleted', object: this.#transform(withoutManagedFields(last)), previous });
  }

  #dispatch(change: Change): void {
    for (const handler of this.#handlers) this.#call(handler, change);
  }

  #call(handler: ChangeHandler, change: Change): void {
    try {
      handler(change);
    } catch (error) {
      this.#onHandlerError(error);
    }
  }
}
