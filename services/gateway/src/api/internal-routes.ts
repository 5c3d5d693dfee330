import { entityId } from '@chatplatform/contracts/ids';
import { requireInternal } from '@chatplatform/kit/access';
import type { InternalTokens } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import { z } from 'zod';
import type { PresenceStore } from '../core/ports/presence-store.ts';

const MOST_USERS = 500;

const presenceQuery = z.strictObject({
  userIds: z
    .string()
    .transform((list) => list.split(',').filter((id) => id !== ''))
    .pipe(z.array(entityId).max(MOST_USERS)),
});

/** For other services only; the edge never routes here. */
export function internalRoutes(deps: {
  readonly tokens: InternalTokens;
  readonly presence: Pick<PresenceStore, 'connectedAmong'>;
}): Router {
  const router = Router();
  router.use(requireInternal(deps.tokens));
  /** `?userIds=a,b` -> `{ online: { a: true, b: false } }` */
  router.get('/presence', async (req, res) => {
    const { userIds } = parseWith(presenceQuery, req.query);
    const online = await deps.presence.connectedAmong(userIds);
    res.json({ online: Object.fromEntries(userIds.map((id) => [id, online.has(id)])) });
  });
  return router;
}
