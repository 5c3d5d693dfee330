import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { ApiError, type StatusDetails } from '../errors.ts';

const statusSchema = z.object({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(
          z.object({
            reason: z.string().optional(),
            message: z.string().optional(),
            field: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

type Status = z.infer<typeof statusSchema>;

/** zod's optional properties may be there and undefined; StatusDetails' may only be absent. */
const detailsOf = (status: Status | undefined): StatusDetails =>
  JSON.parse(JSON.stringify(status?.details ?? {})) as StatusDetails;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** `Retry-After` in seconds; the date form is not used by API servers and is ignored. */
const retryAfterSeconds = (header: string | undefined): number | undefined => {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
};

export interface RefusedAnswer {
  request: string;
  status: number;
  retryAfter?: string | undefined;
  body: string;
}

/** The error that an answer of 400 or more means; a proxy's HTML serves as message like a Status does. */
export const apiErrorOf = ({ request, status, retryAfter, body }: RefusedAnswer): ApiError => {
  const parsed = statusSchema.safeParse(parseJson(body)).data;
  const details = detailsOf(parsed);
  const seconds = retryAfterSeconds(retryAfter);
  if (seconds !== undefined) details.retryAfterSeconds = seconds;
  return new ApiError({
    request,
    status,
    reason: parsed?.reason ?? STATUS_CODES[status]?.replaceAll(' ', '') ?? 'Unknown',
    message: parsed?.message ?? body.slice(0, 200),
    details,
  });
};

/** The error inside a watch's ERROR event. */
export const apiErrorOfStatus = (request: string, status: unknown): ApiError => {
  const parsed = statusSchema.safeParse(status).data;
  return new ApiError({
    request,
    status: parsed?.code ?? 500,
    reason: parsed?.reason ?? 'Unknown',
    message: parsed?.message ?? 'watch error without a Status',
    details: detailsOf(parsed),
  });
};
