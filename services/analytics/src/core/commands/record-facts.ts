import type { Fact } from '../domain/fact.ts';
import type { ActivitySeries } from '../ports/activity-series.ts';
import type { DailyFigures } from '../ports/daily-figures.ts';

export interface RecordDeps {
  readonly series: ActivitySeries;
  readonly figures: DailyFigures;
}

/**
 * The series first: writing it again is harmless, while the figures' inbox ends all repetition. A crash in between is
 * healed by the redelivery. Once this resolves the events may be acknowledged.
 */
export async function recordFacts({ series, figures }: RecordDeps, facts: readonly Fact[]): Promise<void> {
  await series.write(facts.filter(({ metric }) => metric !== 'channels'));
  await figures.add(facts);
}
