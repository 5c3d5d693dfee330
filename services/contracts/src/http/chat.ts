import { z } from 'zod';
import { entityId, messageId, seq, timestamp } from '../ids.ts';

/**
 * `public`: anybody may find and join it. `private`: by invitation. `group`: a conversation of several, its name may be
 * missing. `direct`: of two, once a pair.
 */
export const channelKind = z.enum(['public', 'private', 'group', 'direct']);
export type ChannelKind = z.infer<typeof channelKind>;

export const channelRole = z.enum(['owner', 'moderator', 'member', 'read-only']);
export type ChannelRole = z.infer<typeof channelRole>;

/** Unread mentions that are told apart; counts above it stay there. */
export const MAX_UNREAD_MENTIONS = 100;

/** A channel as one member sees it. */
export const channel = z.object({
  id: entityId,
  kind: channelKind,
  name: z.string().nullable().describe('null for a direct channel and for a group without a name'),
  createdBy: entityId,
  createdAt: timestamp,
  memberCount: z.int(),
  /** The other person of a direct channel. */
  peerId: entityId.nullable(),
  role: channelRole,
  archived: z.boolean().describe('nothing more can be said in it'),
  lastSeq: z.int().min(0).describe('the last place of the stream, 0 while nothing happened'),
  messageCount: z.int().min(0).describe('messages up to `lastSeq`'),
  readSeq: z.int().min(0),
  unreadCount: z.int().min(0).describe('messages after `readSeq`'),
  mentionCount: z.int().min(0).describe('of the unread ones, those that mention the caller'),
  unreadMentions: z
    .array(seq)
    .max(MAX_UNREAD_MENTIONS)
    .describe(`their places; ${MAX_UNREAD_MENTIONS} stands for ${MAX_UNREAD_MENTIONS} or more`),
});
export type Channel = z.infer<typeof channel>;

export const channelName = z.string().trim().min(1).max(80);
const clientMadeId = entityId
  .optional()
  .describe('made by the client, so that a retry gets the first channel; else the service makes one');
export const createChannelRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    id: clientMadeId,
    kind: z.literal('public'),
    name: channelName,
    memberIds: z.array(entityId).max(500).default([]),
  }),
  z.strictObject({
    id: clientMadeId,
    kind: z.literal('private'),
    name: channelName,
    memberIds: z.array(entityId).max(500).default([]),
  }),
  z.strictObject({
    id: clientMadeId,
    kind: z.literal('group'),
    name: channelName.nullable().default(null),
    memberIds: z.array(entityId).max(500).default([]),
  }),
  z.strictObject({ kind: z.literal('direct'), peerId: entityId }),
]);
export type CreateChannelRequest = z.infer<typeof createChannelRequest>;
export const channelList = z.object({ items: z.array(channel) });
export type ChannelList = z.infer<typeof channelList>;

/** GET /api/v1/channels/public?query=...: channels anybody may join, by the start of their name. */
export const findPublicChannelsQuery = z.strictObject({
  query: z.string().trim().max(80).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
/** A channel as somebody sees it who may not be in it. */
export const publicChannel = channel
  .pick({ id: true, createdAt: true, memberCount: true })
  .extend({ name: channelName });
export const publicChannelList = z.object({ items: z.array(publicChannel) });
export type PublicChannelList = z.infer<typeof publicChannelList>;

export const member = z.object({
  userId: entityId,
  role: channelRole,
  joinedAt: timestamp,
  readSeq: z.int().min(0).nullable().describe('null: not told'),
  deliveredSeq: z.int().min(0).nullable().describe('null: not told'),
});
export type Member = z.infer<typeof member>;
export const memberList = z.object({
  items: z.array(member),
  lastSeq: z.int().min(0).describe('everything up to here is in the members: go on with sync from here'),
});
export type MemberList = z.infer<typeof memberList>;
export const addMemberRequest = z.strictObject({ userId: entityId });
export const changeRoleRequest = z.strictObject({ role: channelRole });
export const archiveRequest = z.strictObject({
  archived: z.boolean().describe('false: takes the channel back into use'),
});

export const attachment = z.strictObject({ mediaId: entityId });
export type Attachment = z.infer<typeof attachment>;

export const reaction = z.object({ emoji: z.string(), userIds: z.array(entityId) });
export type Reaction = z.infer<typeof reaction>;

/** A message as it stands. Deleted: a tombstone, with nothing of what was said. */
export const message = z.object({
  id: messageId,
  channelId: entityId,
  seq,
  number: z.int().min(1).describe('dense among the messages of the channel: 1, 2, 3 ...'),
  version: seq.describe('the place of the last entry that changed it; its own when none did'),
  senderId: entityId,
  clientMessageId: entityId,
  text: z.string(),
  attachments: z.array(attachment),
  mentions: z.array(entityId),
  replyTo: seq.nullable().describe('the place of the message it answers'),
  reactions: z.array(reaction),
  createdAt: timestamp,
  editedAt: timestamp.nullable(),
  deletedAt: timestamp.nullable(),
});
export type Message = z.infer<typeof message>;

/** `clientMessageId` is made by the client once a message; every retry carries the same one and gets the first result, be it a refusal. */
export const sendMessageRequest = z
  .strictObject({
    clientMessageId: entityId,
    text: z.string().max(8000).default(''),
    attachments: z.array(attachment).max(10).default([]),
    mentions: z.array(entityId).max(50).default([]),
    replyTo: seq.nullable().default(null).describe('the seq of a message of the same channel'),
  })
  .refine((body) => body.text.trim() !== '' || body.attachments.length > 0, {
    path: ['text'],
    message: 'write a text or attach a file',
  });
export type SendMessageRequest = z.infer<typeof sendMessageRequest>;

const clientOperationId = entityId.describe(
  'made by the client once an action; a retry with the same one gets the first result',
);
export const editMessageRequest = z.strictObject({
  clientOperationId,
  text: z.string().max(8000),
  mentions: z.array(entityId).max(50).default([]),
});
export type EditMessageRequest = z.infer<typeof editMessageRequest>;
export const reactRequest = z.strictObject({
  clientOperationId,
  emoji: z.string().min(1).max(64).describe('one emoji, or the name of one'),
  added: z.boolean().describe('false: takes the reaction back'),
});
export type ReactRequest = z.infer<typeof reactRequest>;
export const messageHistory = z.object({
  items: z.array(z.object({ text: z.string(), at: timestamp })).describe('the first text first'),
});
export type MessageHistory = z.infer<typeof messageHistory>;

/** Either direction, never both. Without a bound: the newest page. */
export const listMessagesQuery = z
  .strictObject({
    afterSeq: z.coerce.number().int().min(0).optional(),
    beforeSeq: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .refine((query) => query.afterSeq === undefined || query.beforeSeq === undefined, {
    path: ['beforeSeq'],
    message: 'give afterSeq or beforeSeq, not both',
  });

/** Ascending by seq and dense by number. `complete` is false when more follow in the direction asked for. */
export const messagePage = z.object({
  items: z.array(message),
  complete: z.boolean(),
  lastSeq: z.int().min(0).describe('everything up to here is in the messages: go on with sync from here'),
});
export type MessagePage = z.infer<typeof messagePage>;

export const markReadRequest = z.strictObject({ seq: z.int().min(0) });
export const receiptSettings = z.strictObject({
  shown: z.boolean().describe('whether others see how far one has read'),
});
export type ReceiptSettings = z.infer<typeof receiptSettings>;
