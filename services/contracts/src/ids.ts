import { z } from 'zod';

/** UUIDv7 in lower case; sorts by creation time. */
export const entityId = z.uuid().describe('UUIDv7');

/** `<channelId>:<seq>`: the place of a message in its channel is its identity. */
export const messageId = z
  .string()
  .regex(/^[0-9a-f-]{36}:[1-9][0-9]{0,15}$/)
  .describe('`<channelId>:<seq>`');

export const timestamp = z.iso.datetime().describe('ISO 8601, UTC');

/** Dense per channel: 1, 2, 3 ... */
export const seq = z.int().min(1);
