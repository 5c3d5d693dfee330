import { entityId } from '@chatplatform/contracts/ids';
import { requireInternal } from '@chatplatform/kit/access';
import type { InternalTokens } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import { z } from 'zod';
import { maySeeMedium } from '../core/queries/may-see-medium.ts';
import type { MaySeeMediumDeps } from '../core/queries/may-see-medium.ts';

const accessQuery = z.strictObject({ mediaId: entityId, userId: entityId });

/** For other services only; the edge never routes here. */
export function internalRoutes(deps: MaySeeMediumDeps & { readonly tokens: InternalTokens }): Router {
  const router = Router();
  router.use(requireInternal(deps.tokens));
  /** `?mediaId=&userId=` -> `{ allowed }` */
  router.get('/media-access', async (req, res) => {
    res.json({ allowed: await maySeeMedium(deps, parseWith(accessQuery, req.query)) });
  });
  return router;
}
