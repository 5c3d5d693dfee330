/**
 * Keys waiting at one priority, first in first out within a group, groups in turn: ten thousand keys of one
 * namespace delay another namespace's single key by one turn only.
 */
export class FairLane {
  readonly #groups = new Map<string, Set<string>>();
  readonly #groupOf: (key: string) => string;
  #size = 0;

  constructor(groupOf: (key: string) => string) {
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    const name = this.#groupOf(key);
    const group = this.#groups.get(name) ?? new Set();
    if (group.has(key)) return;
    group.add(key);
    this.#groups.set(name, group);
    this.#size += 1;
  }

  delete(key: string): boolean {
    const name = this.#groupOf(key);
    const group = this.#groups.get(name);
    if (!group?.delete(key)) return false;
    if (group.size === 0) this.#groups.delete(name);
    this.#size -= 1;
    return true;
  }

  take(): string | undefined {
    const turn = this.#groups.entries().next();
    if (turn.done) return undefined;
    const [name, group] = turn.value;
    const [key] = group;
    if (key === undefined) return undefined;
    this.delete(key);
    if (group.size > 0) {
      this.#groups.delete(name);
      this.#groups.set(name, group);
    }
    return key;
  }
}
