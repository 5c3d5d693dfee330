import { readResult } from '../../frames/socket.ts';
import { entityId } from '../../ids.ts';
import {
  addMemberRequest,
  channel,
  channelList,
  createChannelRequest,
  findPublicChannelsQuery,
  listMessagesQuery,
  markReadRequest,
  member,
  memberList,
  message,
  messagePage,
  publicChannelList,
  sendMessageRequest,
} from '../chat.ts';
import type { Route } from './route.ts';

const inChannel = { parameters: { channelId: entityId }, access: 'user', service: 'chat' } as const;
const NOT_FOUND = ['channel.not-found'];

const channelRoutes: readonly Route[] = [
  {
    service: 'chat',
    operationId: 'createChannel',
    method: 'post',
    path: '/api/v1/channels',
    summary: 'Make a public or group channel, or open the direct channel with somebody',
    access: 'user',
    body: { schema: createChannelRequest },
    responses: {
      200: { description: 'The direct channel of these two, which was there already', schema: channel },
      201: { description: 'The new channel', schema: channel },
    },
    problems: {
      400: ['channel.peer-is-oneself', 'person.not-found'],
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
    problems: { 404: NOT_FOUND },
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
      403: ['channel.add-member-forbidden', 'channel.direct-is-for-two'],
      404: [...NOT_FOUND, 'person.not-found'],
      503: ['membership.contended'],
    },
  },
  {
    ...inChannel,
    operationId: 'removeMember',
    method: 'delete',
    path: '/api/v1/channels/{channelId}/members/{userId}',
    summary: 'Take somebody out of a channel, or leave it',
    parameters: { channelId: entityId, userId: entityId },
    responses: { 204: { description: 'Is no member any more' } },
    problems: {
      403: ['channel.remove-member-forbidden', 'channel.direct-is-for-two'],
      404: [...NOT_FOUND, 'member.not-found'],
      503: ['membership.contended'],
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
      404: NOT_FOUND,
      409: ['message.client-id-reused'],
      429: ['channel.busy'],
      503: ['channel.contended', 'store.unavailable'],
    },
  },
  {
    ...inChannel,
    operationId: 'listMessages',
    method: 'get',
    path: '/api/v1/channels/{channelId}/messages',
    summary: 'A page of messages in the order of their places',
    description:
      'The newest page when neither bound is given. `complete` is false when more follow in the direction asked for.',
    query: listMessagesQuery,
    responses: { 200: { description: 'The page', schema: messagePage } },
    problems: { 404: NOT_FOUND },
  },
];

export const chatRoutes: readonly Route[] = [...channelRoutes, ...memberRoutes, ...messageRoutes];
