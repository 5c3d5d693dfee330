import type { Fact, Metric } from '../domain/fact.ts';
import type { WindowRange } from '../domain/windows.ts';

export interface ActivitySeries {
  /** Durable once it resolves. Writing a fact again changes nothing. Rejects with `unavailable` when the store is away. */
  write(facts: readonly Fact[]): Promise<void>;
  /** Start of a window in milliseconds -> what was counted in it; windows without anything may be absent. */
  count(metric: Metric, range: WindowRange): Promise<ReadonlyMap<number, number>>;
}
