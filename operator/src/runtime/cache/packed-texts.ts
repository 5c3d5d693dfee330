import { parseKey, type Key } from '../object.ts';
import { PageCodec } from './page-codec.ts';

/** Texts a page holds before its namespace gets more of them: a change packs and unpacks a whole page. */
const PAGE_TEXTS = 32;
/**
 * Characters of the pages that are open at once, before the one left alone for longest is packed. There is such a map for
 * each kind: as many owners as are worked on at once have room in it, and not many more.
 */
const OPEN_CHARACTERS = 2 ** 19;

interface Page {
  /** Undefined while it is packed only. */
  open: Map<string, string> | undefined;
  /** Empty when it was never packed, or has changed since. */
  packed: string;
  /** Of the texts, as long as it is open. */
  characters: number;
  /** The round in which it was used last. */
  round: number;
}

interface Namespace {
  /** A power of two of them; the hash of its name leads a text to its page. */
  pages: Page[];
  count: number;
}

const emptyPage = (round: number): Page => ({ open: new Map(), packed: '', characters: 0, round });

/** FNV-1a. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
};

/**
 * A map from keys to JSON texts for texts that are many, much alike and seldom used. Those of one namespace lie together
 * in pages; a page that is used is unpacked and stays so until others have pushed it out, or until `pack` finds that
 * nobody came back to it. What an operator holds of an owner that is at rest shrinks to a thirtieth by that.
 */
export class PackedTexts {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #codec = new PageCodec();
  /** The one used last comes last. */
  readonly #openPages = new Set<Page>();
  #openCharacters = 0;
  #packedCharacters = 0;
  #round = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What is held as it came. */
  get openCharacters(): number {
    return this.#openCharacters;
  }

  /** What is held packed, of a byte each; part of it may be open as well. */
  get packedCharacters(): number {
    return this.#packedCharacters;
  }

  get(key: Key): string | undefined {
    const { namespace, name } = parseKey(key);
    const held = this.#namespaces.get(namespace);
    return held && this.#textsOf(pageOf(held, name)).get(name);
  }

  set(key: Key, text: string): void {
    const { namespace, name } = parseKey(key);
    const held = this.#namespaces.get(namespace) ?? this.#found(namespace);
    const page = pageOf(held, name);
    const texts = this.#textsOf(page);
    const before = texts.get(name);
    if (before === text) return;
    this.#changed(page);
    texts.set(name, text);
    this.#resize(page, text.length - (before?.length ?? 0));
    if (before !== undefined) return;
    this.#size += 1;
    held.count += 1;
    if (held.count > held.pages.length * PAGE_TEXTS) this.#spread(held);
  }

  delete(key: Key): void {
    const { namespace, name } = parseKey(key);
    const held = this.#namespaces.get(namespace);
    if (!held) return;
    const page = pageOf(held, name);
    const texts = this.#textsOf(page);
    const before = texts.get(name);
    if (before === undefined) return;
    this.#changed(page);
    texts.delete(name);
    this.#resize(page, -before.length);
    this.#size -= 1;
    held.count -= 1;
    if (held.count > 0) return;
    held.pages.forEach((empty) => this.#close(empty));
    this.#namespaces.delete(namespace);
  }

  /** In no particular order; pages that are packed stay so. Do not change the map meanwhile. */
  *entries(): Generator<[Key, string]> {
    for (const [namespace, { pages }] of this.#namespaces) {
      const prefix = prefixOf(namespace);
      for (const page of pages) {
        for (const [name, text] of page.open ?? this.#codec.decode(page.packed)) yield [prefix + name, text];
      }
    }
  }

  /** Those of one namespace, in no particular order; its pages are open afterwards. Do not change the map meanwhile. */
  *entriesIn(namespace: string): Generator<[Key, string]> {
    const prefix = prefixOf(namespace);
    for (const page of this.#namespaces.get(namespace)?.pages ?? []) {
      for (const [name, text] of this.#textsOf(page)) yield [prefix + name, text];
    }
  }

  /** Packs what was not used since the last call. */
  pack(): void {
    for (const page of this.#openPages) if (page.round < this.#round) this.#pack(page);
    this.#round += 1;
  }

  #found(namespace: string): Namespace {
    const made: Namespace = { pages: [emptyPage(this.#round)], count: 0 };
    this.#namespaces.set(namespace, made);
    return made;
  }

  /** Twice as many pages for what has outgrown them. */
  #spread(held: Namespace): void {
    const texts = held.pages.flatMap((page) => [...this.#textsOf(page)]);
    for (const page of held.pages) {
      this.#changed(page);
      this.#close(page);
    }
    held.pages = Array.from({ length: held.pages.length * 2 }, () => emptyPage(this.#round));
    for (const [name, text] of texts) {
      const page = pageOf(held, name);
      this.#textsOf(page).set(name, text);
      this.#resize(page, text.length);
    }
  }

  #textsOf(page: Page): Map<string, string> {
    page.round = this.#round;
    this.#openPages.delete(page);
    this.#openPages.add(page);
    if (page.open === undefined) {
      page.open = this.#codec.decode(page.packed);
      let characters = 0;
      for (const text of page.open.values()) characters += text.length;
      this.#resize(page, characters);
    }
    return page.open;
  }

  #resize(page: Page, by: number): void {
    page.characters += by;
    this.#openCharacters += by;
    for (const oldest of this.#openPages) {
      if (this.#openCharacters <= OPEN_CHARACTERS || oldest === page) return;
      this.#pack(oldest);
    }
  }

  #changed(page: Page): void {
    this.#packedCharacters -= page.packed.length;
    page.packed = '';
  }

  #pack(page: Page): void {
    // An empty one is as small as it gets, and would make a poor dictionary.
    if (page.open === undefined || page.open.size === 0) return;
    // Most are only read, and packing costs more than anything else here.
    if (page.packed === '') {
      page.packed = this.#codec.encode(page.open);
      this.#packedCharacters += page.packed.length;
    }
    this.#close(page);
  }

  #close(page: Page): void {
    this.#openCharacters -= page.characters;
    page.characters = 0;
    page.open = undefined;
    this.#openPages.delete(page);
  }
}

const prefixOf = (namespace: string): string => (namespace === '' ? '' : `${namespace}/`);

const pageOf = ({ pages }: Namespace, name: string): Page =>
  // There is at least one, and the mask leads to one of them.
  pages[hash(name) & (pages.length - 1)] as Page;
