import { z } from 'zod';

/** RFC 9457 problem details, the body of every error answer (`application/problem+json`). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.string().describe('stable, machine-readable'),
  traceId: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
