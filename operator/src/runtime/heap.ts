import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleep, type Clock } from './clock.ts';

/** The memory in which V8 keeps objects. */
export interface Heap {
  /** Bytes, of what is alive and of what is not collected yet. */
  size(): number;
  /** Collects everything that is dead and gives the memory back. */
  collect(): void;
}

const LOOK_MS = 10_000;
const GROWN = 1.5;
/** A collection that could win less is not worth its pause. */
const SMALLEST_GAIN_BYTES = 4 * 2 ** 20;

/** This process's, which from now on is collected by V8 itself as well whenever it has grown by half. */
export const processHeap = (): Heap => {
  // As flags of the command line they would void the snapshot that Node starts from, which costs 6 MB.
  setFlagsFromString('--expose-gc');
  // Left to itself, V8 lets a heap of this size grow fourfold: most of what a start beside many objects takes at its peak.
  setFlagsFromString('--heap-growing-percent=50');
  const gc = runInNewContext('gc') as NodeJS.GCFunction;
  return {
    size: () => process.memoryUsage().heapTotal,
    // The flavour that also returns pages which are hardly used.
    collect: () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  };
};

/**
 * Collects, at most once in ten seconds, what work has left: while there is work, whenever the heap has grown by half; when
 * there is none, what growth there is. V8's own collection is due by what is allocated, not by time: a process that has little to
 * do then would keep for hours what a burst has taken. The pause is some 50 ms for 50 MB alive.
 */
export const keepCollected = async (heap: Heap, clock: Clock, signal: AbortSignal): Promise<void> => {
  let collected = 0;
  let before = 0;
  while (!signal.aborted) {
    await sleep(clock, LOOK_MS, signal);
    const size = heap.size();
    const isAtRest = size <= before;
    before = size;
    const due = size - collected >= SMALLEST_GAIN_BYTES && (isAtRest || size >= collected * GROWN);
    if (signal.aborted || !due) continue;
    heap.collect();
    before = collected = heap.size();
  }
};
