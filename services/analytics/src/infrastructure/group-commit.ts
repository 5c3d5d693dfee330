/** Collects what arrives while a commit runs and commits it together next: the busier, the larger the groups. */
export interface GroupCommit<T> {
  /** Resolves when the group that holds `item` is committed; rejects with its failure. */
  add(item: T): Promise<void>;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit<T>(
  commit: (items: readonly T[]) => Promise<void>,
  maxGroup: number,
): GroupCommit<T> {
  const waiting: Waiting<T>[] = [];
  let running = false;

  const commitGroup = async (group: readonly Waiting<T>[]): Promise<void> => {
    try {
      await commit(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) await commitGroup(waiting.splice(0, maxGroup));
    running = false;
  };
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running) void run();
      }),
  };
}
