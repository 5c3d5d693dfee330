import { entryResult, reactResult } from '../../frames/socket.ts';
import { entityId, seq } from '../../ids.ts';
import {
  editMessageRequest,
  listMessagesQuery,
  message,
  messageHistory,
  messagePage,
  reactRequest,
  sendMessageRequest,
} from '../chat.ts';
import { APPENDING, inChannel, NOT_FOUND } from './chat-shared.ts';
import type { Route } from './route.ts';

const inMessage = { ...inChannel, parameters: { channelId: entityId, seq } } as const;
const MESSAGE_NOT_FOUND = [...NOT_FOUND, 'message.not-found'];
const ONE_ENTRY =
  'The same client id again, however late, gets the first result. A refusal is one too, for a day: make a new id to ask again.';

const allMessages: readonly Route[] = [
  {
    ...inChannel,
    operationId: 'sendMessage',
    method: 'post',
    path: '/api/v1/channels/{channelId}/messages',
    summary: 'Say something',
    description:
      'Answered once the message is durable. The client makes `clientMessageId` once a message: a retry with the same ' +
      'one, however late, gets the first result. A refusal is one too, for a day: an attempt of before that arrives late ' +
      'is refused as well, whatever has changed since. To say it again, make a new id.',
    body: { schema: sendMessageRequest },
    responses: {
      200: { description: 'A retry: the message as it was stored the first time', schema: message },
      201: { description: 'The message with its place in the channel', schema: message },
    },
    problems: {
      400: ['message.reply-to-nothing'],
      403: ['channel.read-only', 'channel.archived'],
      404: NOT_FOUND,
      409: ['message.client-id-reused'],
      ...APPENDING,
    },
  },
  {
    ...inChannel,
    operationId: 'listMessages',
    method: 'get',
    path: '/api/v1/channels/{channelId}/messages',
    summary: 'A page of messages as they stand, in the order of their places',
    description:
      'The newest page when neither bound is given. `complete` is false when more follow in the direction asked for.',
    query: listMessagesQuery,
    responses: { 200: { description: 'The page', schema: messagePage } },
    problems: { 404: NOT_FOUND },
  },
];

const oneMessage: readonly Route[] = [
  {
    ...inMessage,
    operationId: 'getMessage',
    method: 'get',
    path: '/api/v1/channels/{channelId}/messages/{seq}',
    summary: 'A message as it stands',
    responses: { 200: { description: 'The message, or its tombstone', schema: message } },
    problems: { 404: MESSAGE_NOT_FOUND },
  },
  {
    ...inMessage,
    operationId: 'getMessageHistory',
    method: 'get',
    path: '/api/v1/channels/{channelId}/messages/{seq}/history',
    summary: 'Every text that a message had',
    responses: { 200: { description: 'The texts; none of a deleted message', schema: messageHistory } },
    problems: { 404: MESSAGE_NOT_FOUND },
  },
  {
    ...inMessage,
    operationId: 'editMessage',
    method: 'patch',
    path: '/api/v1/channels/{channelId}/messages/{seq}',
    summary: "Give one's own message another text",
    description: ONE_ENTRY,
    body: { schema: editMessageRequest },
    responses: { 200: { description: 'The entry that tells of it', schema: entryResult } },
    problems: {
      400: ['message.empty'],
      403: ['message.not-yours', 'channel.archived'],
      404: MESSAGE_NOT_FOUND,
      409: ['message.deleted', 'operation.client-id-reused'],
      ...APPENDING,
    },
  },
  {
    ...inMessage,
    operationId: 'deleteMessage',
    method: 'delete',
    path: '/api/v1/channels/{channelId}/messages/{seq}',
    summary: "Take back one's own message, or take away another's as who leads the channel",
    description: 'A tombstone stays in its place. A message is deleted once: again gets the same entry.',
    responses: { 200: { description: 'The entry that tells of it', schema: entryResult } },
    problems: { 403: ['message.not-yours', 'channel.archived'], 404: MESSAGE_NOT_FOUND, ...APPENDING },
  },
  {
    ...inMessage,
    operationId: 'reactToMessage',
    method: 'put',
    path: '/api/v1/channels/{channelId}/messages/{seq}/reactions',
    summary: 'Add a reaction, or take it back',
    description: ONE_ENTRY,
    body: { schema: reactRequest },
    responses: {
      200: { description: 'The entry that tells of it, if anything changed', schema: reactResult },
    },
    problems: {
      403: ['channel.read-only', 'channel.archived'],
      404: MESSAGE_NOT_FOUND,
      409: ['message.deleted', 'message.too-many-reactions', 'operation.client-id-reused'],
      ...APPENDING,
    },
  },
];

export const chatMessageRoutes: readonly Route[] = [...allMessages, ...oneMessage];
