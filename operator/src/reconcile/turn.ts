/**
 * Whose Pods may be replaced now. A change that concerns several workloads, such as a rotated credential, makes the Pods
 * of one anew after the other's: all at once would start every process of the platform while people use it.
 */
export class Turn {
  readonly #find: () => readonly string[];
  #replacing: Set<string> | undefined;

  /** @param replacing the workloads whose Pods are being replaced; asked once, when somebody wants a turn */
  constructor(replacing: () => readonly string[]) {
    this.#find = replacing;
  }

  /** The workload that `name` has to wait for; undefined: it is its turn. What is being replaced may change again. */
  take(name: string): string | undefined {
    this.#replacing ??= new Set(this.#find());
    if (this.#replacing.has(name)) return undefined;
    const [other] = this.#replacing;
    if (other === undefined) this.#replacing.add(name);
    return other;
  }
}
