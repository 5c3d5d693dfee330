/** Which messages are wanted, by their numbers: those after one, those up to one, or the newest. */
export interface PageRequest {
  readonly after?: number | undefined;
  readonly upTo?: number | undefined;
  readonly limit: number;
}

export interface PageRange {
  /** Ascending. */
  readonly numbers: readonly number[];
  /** Nothing more follows in the direction asked for. */
  readonly complete: boolean;
}

/** Because messages are numbered densely, a page is known before anything is read. */
export function pageRange({ after, upTo, limit }: PageRequest, count: number): PageRange {
  if (after !== undefined) {
    const last = Math.min(count, after + limit);
    return { numbers: between(after + 1, last), complete: last === count || after >= count };
  }
  const last = Math.min(count, upTo ?? count);
  const first = Math.max(1, last - limit + 1);
  return { numbers: between(first, last), complete: first === 1 };
}

const between = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
