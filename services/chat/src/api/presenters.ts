import type {
  Channel as ChannelDto,
  Member as MemberDto,
  Message as MessageDto,
  MessagePage as MessagePageDto,
  PublicChannelList,
} from '@chatplatform/contracts/http/chat';
import { peerOf } from '../core/domain/channel.ts';
import type { ChannelView } from '../core/domain/channel.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { Message } from '../core/domain/message.ts';
import type { PublicChannel } from '../core/queries/find-public-channels.ts';
import type { MessagePage } from '../core/queries/list-messages.ts';

export const presentChannel = ({ channel, membership, memberCount, lastSeq }: ChannelView): ChannelDto => ({
  id: channel.id,
  kind: channel.kind,
  name: channel.name,
  createdBy: channel.createdBy,
  createdAt: channel.createdAt.toISOString(),
  memberCount,
  peerId: peerOf(channel, membership.userId),
  role: membership.role,
  archived: false,
  lastSeq,
  messageCount: lastSeq,
  readSeq: membership.readSeq,
  unreadCount: lastSeq - membership.readSeq,
  mentionCount: 0,
  unreadMentions: [],
});

export const presentPublicChannels = (channels: readonly PublicChannel[]): PublicChannelList => ({
  items: channels.map(({ channel, memberCount }) => ({
    id: channel.id,
    name: channel.name ?? '',
    createdAt: channel.createdAt.toISOString(),
    memberCount,
  })),
});

export const presentMember = ({ userId, role, joinedAt, readSeq }: Membership): MemberDto => ({
  userId,
  role,
  joinedAt: joinedAt.toISOString(),
  readSeq,
});

export const presentMessage = ({ attachments, mentions, createdAt, ...content }: Message): MessageDto => ({
  ...content,
  number: content.seq,
  version: content.seq,
  replyTo: null,
  reactions: [],
  editedAt: null,
  deletedAt: null,
  attachments: attachments.map(({ mediaId }) => ({ mediaId })),
  mentions: [...mentions],
  createdAt: createdAt.toISOString(),
});

export const presentPage = ({ items, complete, lastSeq }: MessagePage): MessagePageDto => ({
  items: items.map(presentMessage),
  complete,
  lastSeq,
});
