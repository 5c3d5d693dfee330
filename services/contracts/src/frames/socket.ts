import { z } from 'zod';
import {
  addMemberRequest,
  archiveRequest,
  changeRoleRequest,
  channel,
  createChannelRequest,
  editMessageRequest,
  member,
  message,
  reactRequest,
  sendMessageRequest,
} from '../http/chat.ts';
import { streamEntry, syncAnswer, syncRequest } from '../http/stream.ts';
import { entityId, seq, timestamp } from '../ids.ts';
import { problem } from '../problem.ts';

/** Socket.IO frames. Every client frame is acknowledged; an error is an answer, never a dropped connection. */
const traceparent = z.string().max(64).optional();

const ofMessage = { channelId: entityId, messageSeq: seq, traceparent };

export const clientFrames = {
  'message:send': z.strictObject({ channelId: entityId, message: sendMessageRequest, traceparent }),
  'message:edit': z.strictObject({ ...ofMessage, edit: editMessageRequest }),
  'message:delete': z.strictObject(ofMessage),
  'message:react': z.strictObject({ ...ofMessage, reaction: reactRequest }),
  'typing:set': z.strictObject({ channelId: entityId, typing: z.boolean() }),
  /** Whether others see this person come and go. One device that hides them hides them; a new connection says it anew. */
  'presence:set': z.strictObject({ visible: z.boolean() }),
  /** Who of a channel's members is seen to be there; from then on `presence:changed` tells. */
  'presence:list': z.strictObject({ channelId: entityId }),
  'channel:read': z.strictObject({ channelId: entityId, seq: z.int().min(0) }),
  'channel:delivered': z.strictObject({ channelId: entityId, seq: z.int().min(0) }),
  'channel:create': z
    .strictObject({ channel: createChannelRequest })
    // The gateway sends again what got no answer.
    .refine(({ channel: wanted }) => wanted.kind === 'direct' || wanted.id !== undefined, {
      path: ['channel', 'id'],
      message: 'make an id for the channel',
    }),
  'channel:archive': z.strictObject({ channelId: entityId, ...archiveRequest.shape }),
  'member:add': z.strictObject({ channelId: entityId, ...addMemberRequest.shape }),
  'member:remove': z.strictObject({ channelId: entityId, userId: entityId }),
  'member:role': z.strictObject({ channelId: entityId, userId: entityId, ...changeRoleRequest.shape }),
  /** What happened since one was there, in many channels at once. */
  'channels:sync': syncRequest,
  /** A fresh access token of the same session: the connection outlives the token it was opened with. */
  'token:renew': z.strictObject({ token: z.string().min(1).max(8192) }),
} as const;
export type ClientFrameName = keyof typeof clientFrames;
/** A frame as it is understood, with its defaults. */
export type ClientFrame<F extends ClientFrameName> = z.output<(typeof clientFrames)[F]>;

const membershipRevision = z
  .int()
  .min(0)
  .describe(
    'grows with each change of a membership: what carries a lower one than was heard of is late, and void',
  );

export const serverFrames = {
  /** An entry of the stream that is a message; told once, in order of `seq` unless something is missed. */
  'message:created': message,
  /** Every other entry of the stream. */
  'channel:entry': streamEntry,
  'typing:changed': z.object({ channelId: entityId, userId: entityId, typing: z.boolean() }),
  /** To one's own devices. It may be lost with who tells it: whoever hears of a channel they do not know reads their channels. */
  'channel:joined': channel.extend({ revision: membershipRevision }),
  'channel:left': z.object({ channelId: entityId, revision: membershipRevision }),
  /** To one's own devices: one has read so far, and so many messages are up to there. */
  'channel:read': z.object({
    channelId: entityId,
    userId: entityId,
    seq: z.int().min(0),
    readCount: z.int().min(0),
  }),
  'presence:changed': z.object({ userId: entityId, online: z.boolean() }),
  /** Live delivery may have missed something: sync from the last seq held. Null: every channel. */
  'sync:required': z.object({ channelId: entityId.nullable() }),
  'session:ended': z.object({ reason: z.enum(['revoked', 'expired', 'draining']) }),
} as const;
export type ServerFrameName = keyof typeof serverFrames;
export type ServerFrame<F extends ServerFrameName> = z.infer<(typeof serverFrames)[F]>;
/** As Socket.IO's typed events want them. */
export type ServerFrames = { [F in ServerFrameName]: (body: ServerFrame<F>) => void };

/** What a connection is opened with: Socket.IO's `auth`. */
export const handshakeAuth = z.object({
  token: z.string().min(1).max(8192),
  /** As of `presence:set`. */
  visible: z.boolean().default(true),
});

/** What an acknowledgement carries. */
export const ackOf = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), result }),
    z.object({ ok: z.literal(false), error: problem }),
  ]);
export type Ack<T> = { ok: true; result: T } | { ok: false; error: z.infer<typeof problem> };

export const sentResult = message;
/** The entry of the stream that tells of it; the same one for a retry. */
export const entryResult = z.object({ entry: streamEntry });
export const reactResult = z.object({ entry: streamEntry.nullable().describe('null: it was so already') });
const mark = z.int().min(0);
export const readResult = z.object({
  seq: mark,
  readCount: z.int().min(0).describe('messages up to and including `seq`'),
});
export type ReadResult = z.infer<typeof readResult>;
export const deliveredResult = z.object({ seq: mark });
export const renewResult = z.object({ expiresAt: timestamp });
export type RenewResult = z.infer<typeof renewResult>;
const emptyResult = z.object({});
export const presenceListResult = z.object({ online: z.array(entityId).describe('their user ids') });
export type PresenceListResult = z.infer<typeof presenceListResult>;

/** What the acknowledgement of each client frame carries when all is well. */
export const clientFrameResults = {
  'message:send': sentResult,
  'message:edit': entryResult,
  'message:delete': entryResult,
  'message:react': reactResult,
  'typing:set': emptyResult,
  'presence:set': emptyResult,
  'presence:list': presenceListResult,
  'channel:read': readResult,
  'channel:delivered': deliveredResult,
  'channel:create': channel,
  'channel:archive': channel,
  'member:add': member,
  'member:remove': emptyResult,
  'member:role': member,
  'channels:sync': syncAnswer,
  'token:renew': renewResult,
} as const satisfies Record<ClientFrameName, z.ZodType>;
export type ClientFrameResults = { [F in ClientFrameName]: z.infer<(typeof clientFrameResults)[F]> };

/** Rooms of the gateway; the chat service addresses them through Redis. */
export const rooms = {
  channel: (channelId: string): string => `channel:${channelId}`,
  user: (userId: string): string => `user:${userId}`,
} as const;
