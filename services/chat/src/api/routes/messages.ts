import {
  editMessageRequest,
  listMessagesQuery,
  reactRequest,
  sendMessageRequest,
} from '@chatplatform/contracts/http/chat';
import { principalOf } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { currentTraceparent } from '@chatplatform/kit/telemetry';
import type { Request, Router } from 'express';
import { deleteMessage, editMessage, reactToMessage } from '../../core/commands/change-message.ts';
import type { ChangeMessageDeps } from '../../core/commands/change-message.ts';
import { sendMessage } from '../../core/commands/send-message.ts';
import type { SendMessageDeps } from '../../core/commands/send-message.ts';
import { listMessages } from '../../core/queries/list-messages.ts';
import type { ListMessagesDeps } from '../../core/queries/list-messages.ts';
import { readHistory, readMessage } from '../../core/queries/read-message.ts';
import type { ReadMessageDeps } from '../../core/queries/read-message.ts';
import { presentEntry, presentHistory, presentMessage, presentPage } from '../presenters.ts';
import { idOf, seqOf } from './parameters.ts';

export type MessageRouteDeps = SendMessageDeps & ChangeMessageDeps & ListMessagesDeps & ReadMessageDeps;

export function addMessageRoutes(router: Router, deps: MessageRouteDeps): void {
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

  addOneMessageRoutes(router, deps);
}

const placeOf = (req: Request) => ({
  channelId: idOf(req.params['channelId']),
  messageSeq: seqOf(req.params['seq']),
});
const readerOf = (req: Request) => ({ ...placeOf(req), userId: principalOf(req).userId });
const actorOf = (req: Request) => ({
  ...placeOf(req),
  actorId: principalOf(req).userId,
  traceparent: currentTraceparent(),
});

function addOneMessageRoutes(router: Router, deps: MessageRouteDeps): void {
  router.get('/:channelId/messages/:seq', async (req: Request, res) => {
    res.json(presentMessage(await readMessage(deps, readerOf(req))));
  });

  router.get('/:channelId/messages/:seq/history', async (req: Request, res) => {
    res.json(presentHistory(await readHistory(deps, readerOf(req))));
  });

  router.patch('/:channelId/messages/:seq', async (req: Request, res) => {
    const edit = parseWith(editMessageRequest, req.body);
    const { entry } = await editMessage(deps, { ...edit, ...actorOf(req) });
    res.json({ entry: presentEntry(entry) });
  });

  router.delete('/:channelId/messages/:seq', async (req: Request, res) => {
    const { entry } = await deleteMessage(deps, actorOf(req));
    res.json({ entry: presentEntry(entry) });
  });

  router.put('/:channelId/messages/:seq/reactions', async (req: Request, res) => {
    const reaction = parseWith(reactRequest, req.body);
    const done = await reactToMessage(deps, { ...reaction, ...actorOf(req) });
    res.json({ entry: done && presentEntry(done.entry) });
  });
}
