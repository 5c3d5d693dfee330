interface Entry<K> {
  key: K;
  due: number;
}

/** Keys with a due time, earliest first; each key is in it at most once, and leaves nothing behind when removed. */
export class DelayHeap<K> {
  readonly #entries: Entry<K>[] = [];
  readonly #places = new Map<K, number>();

  get size(): number {
    return this.#entries.length;
  }

  dueOf(key: K): number | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#at(place).due;
  }

  peek(): Entry<K> | undefined {
    return this.#entries[0];
  }

  /** Adds `key`, or moves it to its new time. */
  set(key: K, due: number): void {
    this.delete(key);
    this.#entries.push({ key, due });
    this.#places.set(key, this.#entries.length - 1);
    this.#rise(this.#entries.length - 1);
  }

  delete(key: K): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    this.#swap(place, this.#entries.length - 1);
    this.#entries.pop();
    this.#places.delete(key);
    if (place < this.#entries.length) {
      this.#rise(place);
      this.#sink(place);
    }
    return true;
  }

  #at(place: number): Entry<K> {
    const entry = this.#entries[place];
    if (entry === undefined) throw new RangeError(`no entry at ${place}`);
    return entry;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#at(a), this.#at(b)];
    this.#entries[a] = second;
    this.#entries[b] = first;
    this.#places.set(second.key, a);
    this.#places.set(first.key, b);
  }

  #rise(place: number): void {
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#at(parent).due <= this.#at(place).due) return;
      this.#swap(parent, place);
      place = parent;
    }
  }

  #sink(place: number): void {
    for (;;) {
      const earliest = this.#earlier(this.#earlier(place, 2 * place + 1), 2 * place + 2);
      if (earliest === place) return;
      this.#swap(place, earliest);
      place = earliest;
    }
  }

  #earlier(a: number, b: number): number {
    return b < this.#entries.length && this.#at(b).due < this.#at(a).due ? b : a;
  }
}
