import { dailyFigures, dailyQuery, series, seriesQuery } from '../analytics.ts';
import type { Route } from './route.ts';

export const analyticsRoutes: readonly Route[] = [
  {
    service: 'analytics',
    operationId: 'getDailyFigures',
    method: 'get',
    path: '/api/v1/analytics/daily',
    summary: 'The figures of each day, in UTC',
    access: 'admin',
    query: dailyQuery,
    responses: { 200: { description: 'One entry a day', schema: dailyFigures } },
  },
  {
    service: 'analytics',
    operationId: 'getSeries',
    method: 'get',
    path: '/api/v1/analytics/series',
    summary: 'Counts over the last minutes, a window each',
    access: 'admin',
    query: seriesQuery,
    responses: { 200: { description: 'The points', schema: series } },
  },
];
