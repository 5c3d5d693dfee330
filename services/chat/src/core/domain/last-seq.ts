/**
 * Finding the last seq of a channel from a lower bound, by asking which places are taken.
 *
 * Because seqs are dense, "place n is taken" is monotone in n, so the last one can be searched for: first in
 * growing steps, then by narrowing. From a fresh bound this is one question, from 0 in a channel of a million
 * messages about ten.
 */
export interface Search {
  /** Known to be taken (0 stands for the empty channel). */
  readonly low: number;
  /** Known to be free, or null while no free place has been seen. */
  readonly high: number | null;
  /** Width of the next step up. */
  readonly step: number;
}

const STEPS_A_QUESTION = 5;
const CUTS_A_QUESTION = 16;

export const startSearch = (low: number): Search => ({ low, high: null, step: 1 });

export const isFound = ({ low, high }: Search): boolean => high === low + 1;

/** The places to ask about next, ascending; empty when the search is over. */
export function placesToTest({ low, high, step }: Search): number[] {
  if (high === null) {
    return Array.from({ length: STEPS_A_QUESTION }, (_, index) => low + step * 2 ** index);
  }
  const width = high - low;
  const places = new Set<number>();
  for (let cut = 1; cut < CUTS_A_QUESTION; cut += 1) {
    const place = low + Math.floor((width * cut) / CUTS_A_QUESTION);
    if (place > low) places.add(place);
  }
  return [...places];
}

/** What is known after the answer: `taken` are those of `tested` that exist. */
export function narrow(search: Search, tested: readonly number[], taken: ReadonlySet<number>): Search {
  const low = tested.reduce((best, place) => (taken.has(place) && place > best ? place : best), search.low);
  const high = tested.find((place) => place > low) ?? search.high;
  return { low, high, step: search.step * 2 ** STEPS_A_QUESTION };
}
