import { presenceListResult } from '../../frames/socket.ts';
import { entityId } from '../../ids.ts';
import { typingRequest } from '../live.ts';
import type { Route } from './route.ts';

const inLiveChannel = {
  service: 'gateway',
  access: 'user',
  parameters: { channelId: entityId },
} as const satisfies Partial<Route>;
const NOT_FOUND = ['channel.not-found'];
const LIMITED = { 429: ['frame.too-many'], 503: ['chat.unavailable'] };

/** What is told to those who are connected, for callers who are not; a connection has frames for it. */
export const liveRoutes: readonly Route[] = [
  {
    ...inLiveChannel,
    operationId: 'setTyping',
    method: 'put',
    path: '/api/v1/live/channels/{channelId}/typing',
    summary: 'Show that one is typing, or no longer',
    description:
      'To those who are connected. It is not stored: clients stop showing it by themselves after a while.',
    body: { schema: typingRequest },
    responses: { 204: { description: 'It is told' } },
    problems: { 404: NOT_FOUND, ...LIMITED },
  },
  {
    ...inLiveChannel,
    operationId: 'listPresence',
    method: 'get',
    path: '/api/v1/live/channels/{channelId}/presence',
    summary: 'Who of a channel is seen to be there',
    description:
      'On any of their devices, unless one of them hides them. In channels of at most a hundred people.',
    responses: { 200: { description: 'Their user ids', schema: presenceListResult } },
    problems: { 403: ['presence.not-shown'], 404: NOT_FOUND, ...LIMITED },
  },
];
