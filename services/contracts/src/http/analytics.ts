import { z } from 'zod';
import { timestamp } from '../ids.ts';

export const dailyQuery = z.strictObject({ from: z.iso.date(), to: z.iso.date() });
export const dailyFigures = z.object({
  items: z.array(
    z.object({
      day: z.iso.date(),
      messages: z.int(),
      activeSenders: z.int(),
      registrations: z.int(),
      channelsCreated: z.int(),
      uploads: z.int(),
    }),
  ),
});
export type DailyFigures = z.infer<typeof dailyFigures>;

export const seriesQuery = z.strictObject({
  metric: z.enum(['messages', 'registrations', 'uploads', 'notifications']),
  sinceMinutes: z.coerce.number().int().min(1).max(10080).default(60),
  windowSeconds: z.coerce.number().int().min(10).max(86400).default(60),
});
export const series = z.object({
  metric: z.string(),
  points: z.array(z.object({ time: timestamp, count: z.number() })),
});
export type Series = z.infer<typeof series>;
