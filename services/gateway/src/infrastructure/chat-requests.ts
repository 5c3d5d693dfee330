import type { ClientFrame } from '@chatplatform/contracts/frames/socket';
import type { ChatFrameName } from '../core/ports/chat.ts';

export interface ChatRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

const CHANNELS = '/api/v1/channels';

const messagePath = ({ channelId, messageSeq }: { channelId: string; messageSeq: number }): string =>
  `${CHANNELS}/${channelId}/messages/${messageSeq}`;

const memberPath = ({ channelId, userId }: { channelId: string; userId: string }): string =>
  `${CHANNELS}/${channelId}/members/${userId}`;

/** Which request of the chat service each frame is. Every one of them may be sent again when no answer came. */
export const chatRequests: { readonly [F in ChatFrameName]: (frame: ClientFrame<F>) => ChatRequest } = {
  'message:send': ({ channelId, message: body }) => ({
    method: 'POST',
    path: `${CHANNELS}/${channelId}/messages`,
    body,
  }),
  'message:edit': (frame) => ({ method: 'PATCH', path: messagePath(frame), body: frame.edit }),
  'message:delete': (frame) => ({ method: 'DELETE', path: messagePath(frame) }),
  'message:react': (frame) => ({
    method: 'PUT',
    path: `${messagePath(frame)}/reactions`,
    body: frame.reaction,
  }),
  'channel:read': ({ channelId, seq }) => ({
    method: 'PUT',
    path: `${CHANNELS}/${channelId}/read`,
    body: { seq },
  }),
  'channel:delivered': ({ channelId, seq }) => ({
    method: 'PUT',
    path: `${CHANNELS}/${channelId}/delivered`,
    body: { seq },
  }),
  'channel:create': ({ channel: body }) => ({ method: 'POST', path: CHANNELS, body }),
  'channel:archive': ({ channelId, ...body }) => ({
    method: 'PUT',
    path: `${CHANNELS}/${channelId}/archived`,
    body,
  }),
  'member:add': ({ channelId, ...body }) => ({
    method: 'POST',
    path: `${CHANNELS}/${channelId}/members`,
    body,
  }),
  'member:remove': (frame) => ({ method: 'DELETE', path: memberPath(frame) }),
  'member:role': (frame) => ({ method: 'PUT', path: memberPath(frame), body: { role: frame.role } }),
  'channels:sync': (body) => ({ method: 'POST', path: `${CHANNELS}/sync`, body }),
};
