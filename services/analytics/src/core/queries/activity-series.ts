import type { Clock } from '@chatplatform/kit/clock';
import { invalid } from '@chatplatform/kit/errors';
import type { Metric } from '../domain/fact.ts';
import { fillWindows, windowCount, windowRange } from '../domain/windows.ts';
import type { ActivitySeries } from '../ports/activity-series.ts';

export const MAX_POINTS = 2_000;

export interface SeriesRequest {
  readonly metric: Metric;
  readonly sinceMinutes: number;
  readonly windowSeconds: number;
}

/** Oldest first; the last window is the one under way. @throws DomainError `invalid` (`analytics.resolution`) */
export async function activitySeries(
  deps: { readonly series: ActivitySeries; readonly clock: Clock },
  { metric, sinceMinutes, windowSeconds }: SeriesRequest,
): Promise<{ time: Date; count: number }[]> {
  const range = windowRange(deps.clock.now(), sinceMinutes, windowSeconds);
  if (windowCount(range) > MAX_POINTS) {
    // One less, for a span that begins within a window touches one more.
    const needed = Math.ceil((sinceMinutes * 60) / (MAX_POINTS - 1));
    throw invalid('analytics.resolution', `That is more than ${MAX_POINTS} points.`, [
      { field: 'windowSeconds', message: `use ${needed} or more for this span` },
    ]);
  }
  return fillWindows(range, await deps.series.count(metric, range));
}
