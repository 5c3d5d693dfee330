import { dayOf } from './fact.ts';
import type { Fact, Metric } from './fact.ts';

/** What a batch of new facts adds to the daily figures. Sorted, so that two writers lock rows in one order. */
export interface DailyIncrement {
  readonly counts: readonly { readonly day: string; readonly metric: Metric; readonly count: number }[];
  readonly senders: readonly { readonly day: string; readonly userId: string }[];
}

export function incrementOf(facts: readonly Fact[]): DailyIncrement {
  const counts = new Map<string, { day: string; metric: Metric; count: number }>();
  const senders = new Map<string, { day: string; userId: string }>();
  for (const { at, metric, senderId } of facts) {
    const day = dayOf(at);
    const key = `${day} ${metric}`;
    counts.set(key, { day, metric, count: (counts.get(key)?.count ?? 0) + 1 });
    if (senderId !== null) senders.set(`${day} ${senderId}`, { day, userId: senderId });
  }
  return { counts: sortedValues(counts), senders: sortedValues(senders) };
}

function sortedValues<T>(byKey: ReadonlyMap<string, T>): T[] {
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
