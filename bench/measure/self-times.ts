/** A span of one trace. Times are milliseconds on one clock. */
export interface TimedSpan {
  readonly spanId: string;
  readonly parentSpanId: string;
  /** What its time is counted as. */
  readonly stage: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Where the time of a trace's first span went: by stage, the time its spans took themselves, without what their children
 * took meanwhile. What outlasts the first span does not count: nobody waited for it. With children one after the other
 * the sum over all stages is the time of the first span.
 */
export function selfTimes(spans: readonly TimedSpan[], first: TimedSpan): ReadonlyMap<string, number> {
  const children = Map.groupBy(spans, ({ parentSpanId }) => parentSpanId);
  const sums = new Map<string, number>();
  const visit = (span: TimedSpan): void => {
    const own = clipped(span, first);
    const below = (children.get(span.spanId) ?? []).map((child) => clipped(child, own));
    sums.set(span.stage, (sums.get(span.stage) ?? 0) + length(own) - covered(below));
    for (const child of children.get(span.spanId) ?? []) visit(child);
  };
  visit(first);
  return sums;
}

type Interval = Pick<TimedSpan, 'startMs' | 'endMs'>;

const length = ({ startMs, endMs }: Interval): number => Math.max(0, endMs - startMs);

const clipped = (inner: Interval, outer: Interval): Interval => ({
  startMs: Math.max(inner.startMs, outer.startMs),
  endMs: Math.min(inner.endMs, outer.endMs),
});

/** Milliseconds that lie in at least one of them. */
function covered(intervals: readonly Interval[]): number {
  let [sum, until] = [0, -Infinity];
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return sum;
}
