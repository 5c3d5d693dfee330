import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

/**
 * POST /api/v1/media takes the file as the request body (its real type is sniffed, never trusted).
 * Pictures are decoded and re-encoded; each variant's `url` is path-only, signed, and expires.
 */
export const mediaVariant = z.object({
  url: z.string(),
  contentType: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
});
export const media = z.object({
  id: entityId,
  ownerId: entityId,
  createdAt: timestamp,
  variants: z.object({ thumbnail: mediaVariant, display: mediaVariant }),
});
export type Media = z.infer<typeof media>;
