import {
  addMemberRequest,
  createChannelRequest,
  findPublicChannelsQuery,
  listMessagesQuery,
  markReadRequest,
  sendMessageRequest,
} from '@chatplatform/contracts/http/chat';
import { entityId } from '@chatplatform/contracts/ids';
import { principalOf, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { currentTraceparent } from '@chatplatform/kit/telemetry';
import { Router } from 'express';
import { addMember } from '../core/commands/add-member.ts';
import type { AddMemberDeps } from '../core/commands/add-member.ts';
import { createChannel } from '../core/commands/create-channel.ts';
import type { CreateChannelDeps } from '../core/commands/create-channel.ts';
import { markRead } from '../core/commands/mark-read.ts';
import type { MarkReadDeps } from '../core/commands/mark-read.ts';
import { removeMember } from '../core/commands/remove-member.ts';
import type { RemoveMemberDeps } from '../core/commands/remove-member.ts';
import { sendMessage } from '../core/commands/send-message.ts';
import type { SendMessageDeps } from '../core/commands/send-message.ts';
import { findPublicChannels } from '../core/queries/find-public-channels.ts';
import { getChannel, listChannels } from '../core/queries/list-channels.ts';
import { listMembers } from '../core/queries/list-members.ts';
import { listMessages } from '../core/queries/list-messages.ts';
import type { ListMessagesDeps } from '../core/queries/list-messages.ts';
import {
  presentChannel,
  presentMember,
  presentMessage,
  presentPage,
  presentPublicChannels,
} from './presenters.ts';

export type RouteDeps = { readonly verifier: TokenVerifier } & CreateChannelDeps &
  AddMemberDeps &
  RemoveMemberDeps &
  SendMessageDeps &
  MarkReadDeps &
  ListMessagesDeps;

const idOf = (parameter: unknown): string => parseWith(entityId, parameter);

/** Everything under /api/v1/channels. Who asks is told by the access token, never by the request. */
export function channelRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.use(requireUser(deps.verifier));
  addChannelRoutes(router, deps);
  addMemberRoutes(router, deps);
  addMessageRoutes(router, deps);
  return router;
}

function addChannelRoutes(router: Router, deps: RouteDeps): void {
  router.post('/', async (req, res) => {
    const wanted = parseWith(createChannelRequest, req.body);
    const { view, created } = await createChannel(deps, { creatorId: principalOf(req).userId, wanted });
    res
      .status(created ? 201 : 200)
      .location(`${req.baseUrl}/${view.channel.id}`)
      .json(presentChannel(view));
  });

  router.get('/', async (req, res) => {
    const views = await listChannels(deps, principalOf(req).userId);
    res.json({ items: views.map(presentChannel) });
  });

  router.get('/public', async (req, res) => {
    const { query, limit } = parseWith(findPublicChannelsQuery, req.query);
    res.json(presentPublicChannels(await findPublicChannels(deps, query, limit)));
  });

  router.get('/:channelId', async (req, res) => {
    const view = await getChannel(deps, idOf(req.params.channelId), principalOf(req).userId);
    res.json(presentChannel(view));
  });

  router.put('/:channelId/read', async (req, res) => {
    const { seq } = parseWith(markReadRequest, req.body);
    const channelId = idOf(req.params.channelId);
    res.json({ seq: await markRead(deps, { channelId, userId: principalOf(req).userId, seq }) });
  });
}

function addMemberRoutes(router: Router, deps: RouteDeps): void {
  router.get('/:channelId/members', async (req, res) => {
    const members = await listMembers(deps.memberships, idOf(req.params.channelId), principalOf(req).userId);
    res.json({ items: members.map(presentMember) });
  });

  router.post('/:channelId/members', async (req, res) => {
    const { userId } = parseWith(addMemberRequest, req.body);
    const channelId = idOf(req.params.channelId);
    const { membership, added } = await addMember(deps, {
      channelId,
      actorId: principalOf(req).userId,
      userId,
    });
    res.status(added ? 201 : 200).json(presentMember(membership));
  });

  router.delete('/:channelId/members/:userId', async (req, res) => {
    const channelId = idOf(req.params.channelId);
    const userId = idOf(req.params.userId);
    await removeMember(deps, { channelId, actorId: principalOf(req).userId, userId });
    res.status(204).end();
  });
}

function addMessageRoutes(router: Router, deps: RouteDeps): void {
  router.post('/:channelId/messages', async (req, res) => {
    const content = parseWith(sendMessageRequest, req.body);
    const { message, repeated } = await sendMessage(deps, {
      ...content,
      channelId: idOf(req.params.channelId),
      senderId: principalOf(req).userId,
      traceparent: currentTraceparent(),
    });
    res.status(repeated ? 200 : 201).json(presentMessage(message));
  });

  router.get('/:channelId/messages', async (req, res) => {
    const page = parseWith(listMessagesQuery, req.query);
    const channelId = idOf(req.params.channelId);
    res.json(presentPage(await listMessages(deps, { channelId, userId: principalOf(req).userId, ...page })));
  });
}
