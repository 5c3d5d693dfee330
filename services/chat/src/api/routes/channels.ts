import {
  archiveRequest,
  createChannelRequest,
  findPublicChannelsQuery,
  markReadRequest,
  receiptSettings,
} from '@chatplatform/contracts/http/chat';
import { syncRequest } from '@chatplatform/contracts/http/stream';
import { principalOf } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import type { Router } from 'express';
import { advanceMarks } from '../../core/commands/advance-marks.ts';
import type { AdvanceMarksDeps } from '../../core/commands/advance-marks.ts';
import { archiveChannel } from '../../core/commands/archive-channel.ts';
import type { ArchiveChannelDeps } from '../../core/commands/archive-channel.ts';
import { createChannel } from '../../core/commands/create-channel.ts';
import type { CreateChannelDeps } from '../../core/commands/create-channel.ts';
import type { ChannelStore } from '../../core/ports/channel-store.ts';
import type { People } from '../../core/ports/people.ts';
import { describeChannel } from '../../core/queries/describe-channels.ts';
import { findPublicChannels } from '../../core/queries/find-public-channels.ts';
import { listChannels } from '../../core/queries/list-channels.ts';
import type { ListChannelsDeps } from '../../core/queries/list-channels.ts';
import { syncChannels } from '../../core/queries/sync-channels.ts';
import type { SyncChannelsDeps } from '../../core/queries/sync-channels.ts';
import { presentChannel, presentPublicChannels, presentSync } from '../presenters.ts';
import { idOf } from './parameters.ts';

export type ChannelRouteDeps = CreateChannelDeps &
  ListChannelsDeps &
  SyncChannelsDeps &
  ArchiveChannelDeps &
  AdvanceMarksDeps & {
    readonly channels: Pick<ChannelStore, 'findPublic'>;
    readonly people: Pick<People, 'hidingReceipts' | 'setReceipts'>;
  };

export function addChannelRoutes(router: Router, deps: ChannelRouteDeps): void {
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

  router.post('/sync', async (req, res) => {
    const { channels: known, limit } = parseWith(syncRequest, req.body);
    res.json(presentSync(await syncChannels(deps, { userId: principalOf(req).userId, known, limit })));
  });

  addReceiptRoutes(router, deps);

  router.get('/:channelId', async (req, res) => {
    const view = await describeChannel(deps, idOf(req.params.channelId), principalOf(req).userId);
    res.json(presentChannel(view));
  });

  router.put('/:channelId/archived', async (req, res) => {
    const { archived } = parseWith(archiveRequest, req.body);
    const channelId = idOf(req.params.channelId);
    res.json(
      presentChannel(await archiveChannel(deps, { channelId, actorId: principalOf(req).userId, archived })),
    );
  });
}

function addReceiptRoutes(router: Router, deps: ChannelRouteDeps): void {
  router.get('/receipts', async (req, res) => {
    const { userId } = principalOf(req);
    const hiding = await deps.people.hidingReceipts([userId]);
    res.json({ shown: !hiding.has(userId) });
  });

  router.put('/receipts', async (req, res) => {
    const { shown } = parseWith(receiptSettings, req.body);
    await deps.people.setReceipts(principalOf(req).userId, shown);
    res.json({ shown });
  });

  router.put('/:channelId/read', async (req, res) => {
    const { seq } = parseWith(markReadRequest, req.body);
    const channelId = idOf(req.params.channelId);
    const { readSeq, readCount } = await advanceMarks(deps, {
      channelId,
      userId: principalOf(req).userId,
      seq,
      as: 'read',
    });
    res.json({ seq: readSeq, readCount });
  });

  router.put('/:channelId/delivered', async (req, res) => {
    const { seq } = parseWith(markReadRequest, req.body);
    const channelId = idOf(req.params.channelId);
    const { deliveredSeq } = await advanceMarks(deps, {
      channelId,
      userId: principalOf(req).userId,
      seq,
      as: 'delivered',
    });
    res.json({ seq: deliveredSeq });
  });
}
