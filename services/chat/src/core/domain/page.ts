/** Which messages are wanted: those after a seq, those before one, or the newest. */
export interface PageRequest {
  readonly afterSeq?: number | undefined;
  readonly beforeSeq?: number | undefined;
  readonly limit: number;
}

export interface PageRange {
  /** Inclusive; an empty page has `first > last`. */
  readonly first: number;
  readonly last: number;
  /** Nothing more follows in the direction asked for. */
  readonly complete: boolean;
}

/** Because seqs are dense, a page is known before anything is read. */
export function pageRange({ afterSeq, beforeSeq, limit }: PageRequest, lastSeq: number): PageRange {
  if (afterSeq !== undefined) {
    const last = Math.min(lastSeq, afterSeq + limit);
    return { first: afterSeq + 1, last, complete: last === lastSeq || afterSeq >= lastSeq };
  }
  const last = Math.min(lastSeq, (beforeSeq ?? Number.MAX_SAFE_INTEGER) - 1);
  const first = Math.max(1, last - limit + 1);
  return { first, last, complete: first === 1 };
}
