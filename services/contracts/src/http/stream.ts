import { z } from 'zod';
import { entityId, messageId, seq, timestamp } from '../ids.ts';
import { channel, channelRole, message } from './chat.ts';

/**
 * Everything that happens in a channel is an entry of one stream, dense by `seq`: who has applied the entries 1 to n in
 * order knows the channel as it was at n, whatever order they arrived in. docs/adr/0003 has the whole argument.
 */
const happened = {
  id: messageId,
  channelId: entityId,
  seq,
  messageCount: z.int().min(0).describe('messages up to and including this place'),
  at: timestamp,
};
const done = { ...happened, actorId: entityId.describe('who did it') };

export const receipt = z.object({
  userId: entityId,
  readSeq: z.int().min(0),
  readCount: z.int().min(0).describe('messages up to and including `readSeq`'),
  deliveredSeq: z.int().min(0).describe('never before `readSeq`'),
});
export type Receipt = z.infer<typeof receipt>;

export const streamEntry = z.discriminatedUnion('type', [
  /** The message as it stands when it is fetched, which may be later than its place: see `message.version`. */
  z.object({ ...done, type: z.literal('message'), message }),
  z.object({
    ...done,
    type: z.literal('message-edited'),
    messageSeq: seq,
    text: z.string().describe('empty once the message is deleted'),
    mentions: z.array(entityId),
  }),
  z.object({ ...done, type: z.literal('message-deleted'), messageSeq: seq }),
  z.object({ ...done, type: z.literal('reaction-added'), messageSeq: seq, emoji: z.string() }),
  z.object({ ...done, type: z.literal('reaction-removed'), messageSeq: seq, emoji: z.string() }),
  z.object({ ...done, type: z.literal('member-added'), userId: entityId, role: channelRole }),
  z.object({ ...done, type: z.literal('member-removed'), userId: entityId }),
  z.object({ ...done, type: z.literal('role-changed'), userId: entityId, role: channelRole }),
  z.object({ ...done, type: z.literal('archived') }),
  z.object({ ...done, type: z.literal('unarchived') }),
  /**
   * Of several people at once: marks are gathered for a moment. Each only grows; a message raises those of its sender
   * too, and being added those of the new member.
   */
  z.object({ ...happened, type: z.literal('receipts'), receipts: z.array(receipt) }),
]);
export type StreamEntry = z.infer<typeof streamEntry>;
export type StreamEntryType = StreamEntry['type'];

/** POST /api/v1/channels/sync, and the frame `channels:sync`: what happened in many channels since one was there. */
export const syncRequest = z.strictObject({
  channels: z
    .array(z.strictObject({ channelId: entityId, afterSeq: z.int().min(0) }))
    .max(500)
    .refine((named) => new Set(named.map(({ channelId }) => channelId)).size === named.length, {
      message: 'name each channel once',
    })
    .describe('what is known, the most wanted first'),
  limit: z.int().min(1).max(1000).default(500).describe('entries altogether'),
});
export type SyncRequest = z.infer<typeof syncRequest>;

export const channelSync = z.object({
  channelId: entityId,
  channel: channel.nullable().describe('null: the caller is not in it (any more), forget it'),
  entries: z.array(streamEntry).describe('ascending and dense from `afterSeq` + 1'),
  complete: z.boolean().describe('false: more follow, ask again from the last entry given'),
});
export type ChannelSync = z.infer<typeof channelSync>;

export const syncAnswer = z.object({
  channels: z.array(channelSync).describe('one each asked for, in the same order'),
  unnamed: z.array(channel).describe('channels the caller is in and did not ask for'),
  complete: z.boolean().describe('false when any channel is not'),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;
