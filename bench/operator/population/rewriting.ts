const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** As it stands within a JSON text. */
const asWritten = (word: string): string => JSON.stringify(word).slice(1, -1);

const isFields = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What is said of one thing, said of another like it: names, uids and digests are replaced wherever they stand. */
export class Rewriting {
  readonly #words = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** @param words each with what takes its place */
  constructor(words: Iterable<readonly [string, string]>) {
    for (const [word, other] of words) this.add(word, other);
  }

  add(word: string, other: string): void {
    if (word === '' || word === other) return;
    this.#words.set(asWritten(word), asWritten(other));
    this.#pattern = undefined;
  }

  /** Adds every text of `model` that `copy` has otherwise in the same place, unless it is rewritten to that already. */
  learn(model: unknown, copy: unknown): void {
    if (typeof model === 'string' && typeof copy === 'string') {
      if (this.of(model) !== copy) this.add(model, copy);
    } else if (Array.isArray(model) && Array.isArray(copy)) {
      model.forEach((element, index) => this.learn(element, copy[index]));
    } else if (isFields(model) && isFields(copy)) {
      for (const [name, value] of Object.entries(model)) this.learn(value, copy[name]);
    }
  }

  of<T>(value: T): T {
    const pattern = (this.#pattern ??= this.#compile());
    return JSON.parse(JSON.stringify(value).replace(pattern, (word) => this.#words.get(word) ?? word)) as T;
  }

  /** Of words that begin alike the longest counts. */
  #compile(): RegExp {
    const words = [...this.#words.keys()].toSorted((a, b) => b.length - a.length);
    return new RegExp(words.length === 0 ? '(?!)' : words.map(escaped).join('|'), 'g');
  }
}
