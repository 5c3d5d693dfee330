import { entityId } from '@chatplatform/contracts/ids';
import { shownMediaRequest } from '@chatplatform/contracts/http/internal';
import { requireInternal } from '@chatplatform/kit/access';
import type { InternalTokens } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import { z } from 'zod';
import type { EntryLog } from '../core/ports/entry-log.ts';
import { maySeeMedium } from '../core/queries/may-see-medium.ts';
import type { MaySeeMediumDeps } from '../core/queries/may-see-medium.ts';

export interface InternalDeps extends MaySeeMediumDeps {
  readonly log: Pick<EntryLog, 'channelsWithMedium' | 'attachedMedia'>;
  readonly tokens: InternalTokens;
}

const accessQuery = z.strictObject({ mediaId: entityId, userId: entityId });

/** For other services only; the edge never routes here. */
export function internalRoutes(deps: InternalDeps): Router {
  const router = Router();
  router.use(requireInternal(deps.tokens));
  /** `?mediaId=&userId=` -> `{ allowed }` */
  router.get('/media-access', async (req, res) => {
    res.json({ allowed: await maySeeMedium(deps, parseWith(accessQuery, req.query)) });
  });
  /** `{ mediaIds }` -> `{ shown }`: those that a message has */
  router.post('/shown-media', async (req, res) => {
    const { mediaIds } = parseWith(shownMediaRequest, req.body);
    res.json({ shown: [...(await deps.log.attachedMedia(mediaIds))] });
  });
  return router;
}
