/** A distribution in a few numbers; milliseconds where it is one of times. `NaN` where nothing was seen. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Exact: every sample is kept and sorted, so nothing is lost in buckets. Does not change `samples`. */
export function summarise(samples: readonly number[] | Float64Array): Summary {
  const sorted = Float64Array.from(samples).sort();
  return {
    count: sorted.length,
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
  };
}

/**
 * The smallest sample that at least `rank` percent of all do not exceed (nearest rank).
 * @param sorted ascending
 */
export function percentile(sorted: Float64Array, rank: number): number {
  return sorted[Math.max(Math.ceil((rank / 100) * sorted.length), 1) - 1] ?? Number.NaN;
}

/** The middle one, or the mean of the two in the middle; `NaN` of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
