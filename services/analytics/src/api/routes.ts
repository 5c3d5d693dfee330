import { dailyQuery, seriesQuery } from '@chatplatform/contracts/http/analytics';
import type {
  DailyFigures as DailyFiguresDto,
  Series as SeriesDto,
} from '@chatplatform/contracts/http/analytics';
import { requireRole, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import type { Clock } from '@chatplatform/kit/clock';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import type { ActivitySeries } from '../core/ports/activity-series.ts';
import type { DailyFigures } from '../core/ports/daily-figures.ts';
import { activitySeries } from '../core/queries/activity-series.ts';
import { dailyFiguresBetween } from '../core/queries/daily-figures.ts';

export interface RouteDeps {
  readonly verifier: TokenVerifier;
  readonly series: ActivitySeries;
  readonly figures: DailyFigures;
  readonly clock: Clock;
}

/** For administrators only: the figures tell of everyone. */
export function analyticsRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.use(requireUser(deps.verifier), requireRole('admin'));

  router.get('/daily', async (req, res) => {
    const items = await dailyFiguresBetween(deps.figures, parseWith(dailyQuery, req.query));
    res.json({ items } satisfies DailyFiguresDto);
  });

  router.get('/series', async (req, res) => {
    const request = parseWith(seriesQuery, req.query);
    const counted = await activitySeries(deps, request);
    const points = counted.map(({ time, count }) => ({ time: time.toISOString(), count }));
    res.json({ metric: request.metric, points } satisfies SeriesDto);
  });
  return router;
}
