import { deliveredResult, readResult } from '../../frames/socket.ts';
import { entityId } from '../../ids.ts';
import {
  addMemberRequest,
  archiveRequest,
  changeRoleRequest,
  channel,
  channelList,
  createChannelRequest,
  findPublicChannelsQuery,
  markReadRequest,
  member,
  memberList,
  publicChannelList,
  receiptSettings,
} from '../chat.ts';
import { syncAnswer, syncRequest } from '../stream.ts';
import { chatMessageRoutes } from './chat-messages.ts';
import { APPENDING, inChannel, NOT_FOUND } from './chat-shared.ts';
import type { Route } from './route.ts';

const inMember = { ...inChannel, parameters: { channelId: entityId, userId: entityId } } as const;

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

export const chatRoutes: readonly Route[] = [...channelRoutes, ...memberRoutes, ...chatMessageRoutes];
