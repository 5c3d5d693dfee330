import { requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { Router } from 'express';
import { addChannelRoutes } from './routes/channels.ts';
import type { ChannelRouteDeps } from './routes/channels.ts';
import { addMemberRoutes } from './routes/members.ts';
import type { MemberRouteDeps } from './routes/members.ts';
import { addMessageRoutes } from './routes/messages.ts';
import type { MessageRouteDeps } from './routes/messages.ts';

export type RouteDeps = { readonly verifier: TokenVerifier } & ChannelRouteDeps &
  MemberRouteDeps &
  MessageRouteDeps;

/** Everything under /api/v1/channels. Who asks is told by the access token, never by the request. */
export function channelRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.use(requireUser(deps.verifier));
  addChannelRoutes(router, deps);
  addMemberRoutes(router, deps);
  addMessageRoutes(router, deps);
  return router;
}
