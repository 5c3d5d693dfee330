import type { Channel } from '../http/chat.ts';

/** A made-up channel, as one of its members sees it. */
export const channelOf = (id: string, more: Partial<Channel> = {}): Channel => ({
  id,
  kind: 'group',
  name: 'Engine room',
  createdBy: '0198c000-0000-7000-8000-000000000001',
  createdAt: '2026-01-01T00:00:00Z',
  memberCount: 2,
  peerId: null,
  role: 'member',
  archived: false,
  lastSeq: 0,
  messageCount: 0,
  readSeq: 0,
  unreadCount: 0,
  mentionCount: 0,
  unreadMentions: [],
  ...more,
});
