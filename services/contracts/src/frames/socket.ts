import { z } from 'zod';
import { channel, message, sendMessageRequest } from '../http/chat.ts';
import { entityId, seq, timestamp } from '../ids.ts';
import { problem } from '../problem.ts';

/** Socket.IO frames. Every client frame is acknowledged; an error is an answer, never a dropped connection. */
const traceparent = z.string().max(64).optional();

export const clientFrames = {
  'message:send': z.strictObject({ channelId: entityId, message: sendMessageRequest, traceparent }),
  'typing:set': z.strictObject({ channelId: entityId, typing: z.boolean() }),
  'channel:read': z.strictObject({ channelId: entityId, seq: z.int().min(0) }),
  'channel:sync': z.strictObject({
    channelId: entityId,
    afterSeq: z.int().min(0),
    limit: z.int().min(1).max(200).default(200),
  }),
  /** A fresh access token of the same session: the connection outlives the token it was opened with. */
  'token:renew': z.strictObject({ token: z.string().min(1).max(8192) }),
} as const;
export type ClientFrameName = keyof typeof clientFrames;
/** A frame as it is understood, with its defaults. */
export type ClientFrame<F extends ClientFrameName> = z.output<(typeof clientFrames)[F]>;

export const serverFrames = {
  'message:created': message,
  'typing:changed': z.object({ channelId: entityId, userId: entityId, typing: z.boolean() }),
  'channel:joined': channel,
  'channel:left': z.object({ channelId: entityId }),
  'channel:read': z.object({ channelId: entityId, userId: entityId, seq: z.int().min(0) }),
  'presence:changed': z.object({ userId: entityId, online: z.boolean() }),
  /** Live delivery may have missed something: sync from the last seq held. Null: every channel. */
  'sync:required': z.object({ channelId: entityId.nullable() }),
  'session:ended': z.object({ reason: z.enum(['revoked', 'expired', 'draining']) }),
} as const;
export type ServerFrameName = keyof typeof serverFrames;
export type ServerFrame<F extends ServerFrameName> = z.infer<(typeof serverFrames)[F]>;
/** As Socket.IO's typed events want them. */
export type ServerFrames = { [F in ServerFrameName]: (body: ServerFrame<F>) => void };

/** What an acknowledgement carries. */
export const ackOf = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), result }),
    z.object({ ok: z.literal(false), error: problem }),
  ]);
export type Ack<T> = { ok: true; result: T } | { ok: false; error: z.infer<typeof problem> };

export const sentResult = message;
export const syncResult = z.object({
  items: z.array(message),
  complete: z.boolean(),
  lastSeq: z.int().min(0),
});
export type SyncResult = z.infer<typeof syncResult>;
export const readResult = z.object({ seq: seq.or(z.literal(0)) });
export type ReadResult = z.infer<typeof readResult>;
export const renewResult = z.object({ expiresAt: timestamp });
export type RenewResult = z.infer<typeof renewResult>;
const typingResult = z.object({});

/** What the acknowledgement of each client frame carries when all is well. */
export const clientFrameResults = {
  'message:send': sentResult,
  'typing:set': typingResult,
  'channel:read': readResult,
  'channel:sync': syncResult,
  'token:renew': renewResult,
} as const satisfies Record<ClientFrameName, z.ZodType>;
export type ClientFrameResults = { [F in ClientFrameName]: z.infer<(typeof clientFrameResults)[F]> };

/** Rooms of the gateway; the chat service addresses them through Redis. */
export const rooms = {
  channel: (channelId: string): string => `channel:${channelId}`,
  user: (userId: string): string => `user:${userId}`,
  session: (sessionId: string): string => `session:${sessionId}`,
} as const;
