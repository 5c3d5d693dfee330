/** A counting semaphore: first come, first served. */
export interface Slots {
  with<T>(work: () => Promise<T>): Promise<T>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return {
    async with(work) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}

const BYTES_PER_COMPILE = 3 * 1024 ** 3;

/** A Go or Rust compile of this size needs up to 3 GiB; more of them than cores only fight over the caches. */
export function compileSlotCount(totalMemoryBytes: number, cores: number): number {
  return Math.max(1, Math.min(cores, Math.floor(totalMemoryBytes / BYTES_PER_COMPILE)));
}
