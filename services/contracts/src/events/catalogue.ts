import { z } from 'zod';
import { channelKind, channelRole } from '../http/chat.ts';
import { entityId, messageId, seq, timestamp } from '../ids.ts';

const changedMessage = {
  messageId,
  channelId: entityId,
  seq: seq.describe('the place of the message'),
  entrySeq: seq.describe('the place of the change: of two changes the higher one is the later'),
};

/**
 * Every event that crosses a service boundary: type -> schema of its data. No object is strict, so that fields may come
 * later. A change that is not additive (a field less, one more value of an enum, null where there was none) is a new
 * type (`.v2`): `evolution.test.ts` holds every recorded form against today's.
 */
export const eventCatalogue = {
  'auth.session-revoked.v1': z.object({
    sessionId: entityId,
    userId: entityId,
    reason: z.string().describe('`logout`, `logout-everywhere`, `refresh-token-reuse`; more may come'),
    revokedAt: timestamp,
    accessTokensEndAt: timestamp.describe('by then the last access token of the session has expired'),
  }),
  'user.registered.v1': z.object({
    userId: entityId,
    email: z.email(),
    username: z.string(),
    displayName: z.string(),
    registeredAt: timestamp,
  }),
  'user.profile-updated.v1': z.object({
    userId: entityId,
    username: z.string(),
    displayName: z.string(),
    avatarMediaId: entityId.nullable(),
    revision: z.int().describe('grows by one a change: an older one that arrives late is dropped'),
  }),
  'user.friendship-requested.v1': z.object({
    requestId: entityId,
    requesterId: entityId,
    addresseeId: entityId,
  }),
  'user.friendship-accepted.v1': z.object({
    requestId: entityId,
    requesterId: entityId,
    addresseeId: entityId,
  }),
  'chat.channel.created.v1': z.object({
    channelId: entityId,
    kind: channelKind,
    name: z.string().nullable(),
    createdBy: entityId,
    memberIds: z.array(entityId),
    createdAt: timestamp,
  }),
  'chat.channel.member-added.v1': z.object({
    channelId: entityId,
    userId: entityId,
    role: channelRole,
    membershipRevision: z
      .int()
      .describe('per channel and user: the higher one wins, whatever the order of arrival'),
  }),
  'chat.channel.member-removed.v1': z.object({
    channelId: entityId,
    userId: entityId,
    membershipRevision: z.int(),
  }),
  'chat.message.created.v1': z.object({
    messageId,
    channelId: entityId,
    seq,
    senderId: entityId,
    text: z.string(),
    attachments: z.array(z.object({ mediaId: entityId })),
    mentions: z.array(entityId),
    createdAt: timestamp,
  }),
  'chat.message.edited.v1': z.object({
    ...changedMessage,
    senderId: entityId,
    text: z.string(),
    mentions: z.array(entityId),
    editedAt: timestamp,
  }),
  'chat.message.deleted.v1': z.object({
    ...changedMessage,
    deletedBy: entityId.describe('the sender, or who leads the channel'),
    deletedAt: timestamp,
  }),
  'chat.message.reacted.v1': z.object({
    ...changedMessage,
    userId: entityId,
    emoji: z.string(),
    added: z.boolean().describe('false: taken back'),
    reactedAt: timestamp,
  }),
  'chat.channel.archived.v1': z.object({
    channelId: entityId,
    seq: seq.describe('of two that arrive in the wrong order the higher one wins'),
    archived: z.boolean().describe('false: taken back into use'),
    changedBy: entityId,
    changedAt: timestamp,
  }),
  'media.uploaded.v1': z.object({
    mediaId: entityId,
    ownerId: entityId,
    contentType: z.string(),
    bytes: z.int(),
  }),
  'notification.delivered.v1': z.object({
    notificationId: entityId,
    userId: entityId,
    transport: z.enum(['email', 'push']),
  }),
} as const;

export type EventType = keyof typeof eventCatalogue;
export type EventData<T extends EventType> = z.infer<(typeof eventCatalogue)[T]>;
