import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { Channel } from './channel.ts';
import type { Membership } from './membership.ts';
import type { Message } from './message.ts';

/** A fact other services are told, before it is put into its envelope. */
export type ChatEvent = {
  [T in EventType & `chat.${string}`]: {
    readonly type: T;
    readonly subject: string;
    readonly data: EventData<T>;
  };
}[EventType & `chat.${string}`];

export const channelCreated = (channel: Channel, memberIds: readonly string[]): ChatEvent => ({
  type: 'chat.channel.created.v1',
  subject: channel.id,
  data: {
    channelId: channel.id,
    kind: channel.kind,
    name: channel.name,
    createdBy: channel.createdBy,
    memberIds: [...memberIds],
    createdAt: channel.createdAt.toISOString(),
  },
});

/** Active: added (or given another role). Not active: removed. */
export function membershipChanged(membership: Membership): ChatEvent {
  const { channelId, userId, role, revision: membershipRevision } = membership;
  return membership.active
    ? {
        type: 'chat.channel.member-added.v1',
        subject: channelId,
        data: { channelId, userId, role, membershipRevision },
      }
    : {
        type: 'chat.channel.member-removed.v1',
        subject: channelId,
        data: { channelId, userId, membershipRevision },
      };
}

export const messageCreated = (message: Message): ChatEvent => ({
  type: 'chat.message.created.v1',
  subject: message.channelId,
  data: {
    messageId: message.id,
    channelId: message.channelId,
    seq: message.seq,
    senderId: message.senderId,
    text: message.text,
    attachments: message.attachments.map(({ mediaId }) => ({ mediaId })),
    mentions: [...message.mentions],
    createdAt: message.createdAt.toISOString(),
  },
});
