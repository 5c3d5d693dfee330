import { deliveredResult, entryResult, reactResult, readResult } from '../../frames/socket.ts';
import { entityId, seq } from '../../ids.ts';
import {
  addMemberRequest,
  archiveRequest,
  changeRoleRequest,
  channel,
  channelList,
  createChannelRequest,
  editMessageRequest,
  findPublicChannelsQuery,
  listMessagesQuery,
  markReadRequest,
  member,
  memberList,
  message,
  messageHistory,
  messagePage,
  publicChannelList,
  reactRequest,
  receiptSettings,
  sendMessageRequest,
} from '../chat.ts';
import { syncAnswer, syncRequest } from '../stream.ts';
import type { Route } from './route.ts';

const inChannel = { parameters: { channelId: entityId }, access: 'user', service: 'chat' } as const;
const inMember = { ...inChannel, parameters: { channelId: entityId, userId: entityId } } as const;
const inMessage = { ...inChannel, parameters: { channelId: entityId, seq } } as const;
const NOT_FOUND = ['channel.not-found'];
const MESSAGE_NOT_FOUND = [...NOT_FOUND, 'message.not-found'];
const ONE_ENTRY = 'The same client id again, however late, gets the first result.';
const APPENDING = { 429: ['channel.busy'], 503: ['channel.contended', 'store.unavailable'] };

const channelRoutes: readonly Route[] = [
  {
    service: 'chat',
    operationId: 'createChannel',
    method: 'post',
    path: '/api/v1/channels',
    summary: 'Make a channel, or open the direct channel with somebody',
    description:
      'With an `id` made by the client it may be repeated: the same one again gets the first channel.',
    access: 'user',
    body: { schema: createChannelRequest },
    responses: {
      200: { description: 'The channel that was there already', schema: channel },
      201: { description: 'The new channel', schema: channel },
    },
    problems: {
      400: ['channel.peer-is-oneself', 'person.not-found'],
      409: ['channel.id-reused'],
      503: ['channel.being-created', 'store.unavailable'],
    },
  },
  {
    service: 'chat',
    operationId: 'listChannels',
    method: 'get',
    path: '/api/v1/channels',
    summary: 'The channels the caller is in',
    access: 'user',
    responses: { 200: { description: 'The channels as the caller sees them', schema: channelList } },
  },
  {
    service: 'chat',
    operationId: 'findPublicChannels',
    method: 'get',
    path: '/api/v1/channels/public',
    summary: 'Channels anybody may join, by the start of their name',
    access: 'user',
    query: findPublicChannelsQuery,
    responses: { 200: { description: 'Public channels', schema: publicChannelList } },
  },
  {
    ...inChannel,
    operationId: 'getChannel',
    method: 'get',
    path: '/api/v1/channels/{channelId}',
    summary: 'A channel the caller is in',
    responses: { 200: { description: 'The channel as the caller sees it', schema: channel } },
    problems: { 404: NOT_FOUND },
  },
  {
    ...inChannel,
    operationId: 'markChannelRead',
    method: 'put',
    path: '/api/v1/channels/{channelId}/read',
    summary: 'Say how far the caller has read',
    description: 'The mark only moves forward; the answer tells where it is.',
    body: { schema: markReadRequest },
    responses: { 200: { description: 'Where the mark is now', schema: readResult } },
    problems: { 404: NOT_FOUND, ...APPENDING },
  },
  {
    ...inChannel,
    operationId: 'markChannelDelivered',
    method: 'put',
    path: '/api/v1/channels/{channelId}/delivered',
    summary: "Say how far the channel has come to one of the caller's devices",
    description: 'The mark only moves forward, and reading moves it along.',
    body: { schema: markReadRequest },
    responses: { 200: { description: 'Where the mark is now', schema: deliveredResult } },
    problems: { 404: NOT_FOUND, ...APPENDING },
  },
  {
    ...inChannel,
    operationId: 'archiveChannel',
    method: 'put',
    path: '/api/v1/channels/{channelId}/archived',
    summary: 'Make a channel one to read only, or take it back into use',
    description:
      'Only owners may. In an archived channel nothing is said or changed any more; one may leave it.',
    body: { schema: archiveRequest },
    responses: { 200: { description: 'The channel as it is now', schema: channel } },
    problems: { 403: ['channel.archive-forbidden'], 404: NOT_FOUND, ...APPENDING },
  },
  {
    service: 'chat',
    operationId: 'syncChannels',
    method: 'post',
    path: '/api/v1/channels/sync',
    summary: 'What happened in many channels since the caller was there',
    description:
      'Every entry after the place given, in order: who applies them shows what everybody shows. An answer is bounded, ' +
      'and says of each channel whether it is complete; go on from the last entry given.',
    access: 'user',
    body: { schema: syncRequest },
    responses: { 200: { description: 'The entries, and the channels as they are now', schema: syncAnswer } },
  },
  {
    service: 'chat',
    operationId: 'getReceiptSettings',
    method: 'get',
    path: '/api/v1/channels/receipts',
    summary: 'Whether others see how far the caller has read',
    access: 'user',
    responses: { 200: { description: 'The setting', schema: receiptSettings } },
  },
  {
    service: 'chat',
    operationId: 'putReceiptSettings',
    method: 'put',
    path: '/api/v1/channels/receipts',
    summary: 'Choose whether others see how far the caller has read',
    description: 'Unread counts are kept in any case. Who writes has been there: a message shows that.',
    access: 'user',
    body: { schema: receiptSettings },
    responses: { 200: { description: 'The setting as it is now', schema: receiptSettings } },
  },
];

const memberRoutes: readonly Route[] = [
  {
    ...inChannel,
    operationId: 'listMembers',
    method: 'get',
    path: '/api/v1/channels/{channelId}/members',
    summary: 'Who is in a channel',
    responses: { 200: { description: 'The members', schema: memberList } },
    problems: { 404: NOT_FOUND },
  },
  {
    ...inChannel,
    operationId: 'addMember',
    method: 'post',
    path: '/api/v1/channels/{channelId}/members',
    summary: 'Bring somebody into a channel, or join a public one',
    body: { schema: addMemberRequest },
    responses: {
      200: { description: 'Was a member already', schema: member },
      201: { description: 'The new member', schema: member },
    },
    problems: {
      403: ['channel.add-member-forbidden', 'channel.direct-is-for-two', 'channel.archived'],
      404: [...NOT_FOUND, 'person.not-found'],
      ...APPENDING,
    },
  },
  {
    ...inMember,
    operationId: 'removeMember',
    method: 'delete',
    path: '/api/v1/channels/{channelId}/members/{userId}',
    summary: 'Take somebody out of a channel, or leave it',
    responses: { 204: { description: 'Is no member any more' } },
    problems: {
      403: ['channel.remove-member-forbidden', 'channel.direct-is-for-two'],
      404: [...NOT_FOUND, 'member.not-found'],
      ...APPENDING,
    },
  },
  {
    ...inMember,
    operationId: 'changeRole',
    method: 'put',
    path: '/api/v1/channels/{channelId}/members/{userId}',
    summary: 'Give a member another role',
    description: 'Only owners may, and one of them has to stay.',
    body: { schema: changeRoleRequest },
    responses: { 200: { description: 'The member as it is now', schema: member } },
    problems: {
      403: ['channel.change-role-forbidden', 'channel.archived'],
      404: [...NOT_FOUND, 'member.not-found'],
      409: ['channel.last-owner'],
      ...APPENDING,
    },
  },
];

const messageRoutes: readonly Route[] = [
  {
    ...inChannel,
    operationId: 'sendMessage',
    method: 'post',
    path: '/api/v1/channels/{channelId}/messages',
    summary: 'Say something',
    description:
      'Answered once the message is durable. The client makes `clientMessageId` once a message: a retry with the same ' +
      'one, however late, gets the first result.',
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

const oneMessageRoutes: readonly Route[] = [
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

export const chatRoutes: readonly Route[] = [
  ...channelRoutes,
  ...memberRoutes,
  ...messageRoutes,
  ...oneMessageRoutes,
];
