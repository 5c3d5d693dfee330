import { typingRequest } from '@chatplatform/contracts/http/live';
import { entityId } from '@chatplatform/contracts/ids';
import { bearerOf, principalOf, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { sendProblem } from '@chatplatform/kit/problem';
import { Router } from 'express';
import type { ErrorRequestHandler, Request } from 'express';
import type { Caller, LiveWithoutConnection } from '../core/commands/live-without-connection.ts';
import { ChatRefusal } from '../core/domain/chat-refusal.ts';

export interface LiveRouteDeps {
  readonly verifier: TokenVerifier;
  readonly live: LiveWithoutConnection;
}

const callerOf = (req: Request): Caller => ({ userId: principalOf(req).userId, token: bearerOf(req) });

/** The chat service's problem is the caller's to hear, as it is. */
const passOnRefusal: ErrorRequestHandler = (thrown, _req, res, next) => {
  if (thrown instanceof ChatRefusal) sendProblem(res, thrown.problem);
  else next(thrown);
};

/** Everything under /api/v1/live. */
export function liveRoutes({ verifier, live }: LiveRouteDeps): Router {
  const router = Router();
  router.use(requireUser(verifier));
  router.put('/channels/:channelId/typing', async (req, res) => {
    const { typing } = parseWith(typingRequest, req.body);
    await live.setTyping(callerOf(req), { channelId: parseWith(entityId, req.params.channelId), typing });
    res.status(204).end();
  });
  router.get('/channels/:channelId/presence', async (req, res) => {
    res.json({
      online: await live.listPresence(callerOf(req), parseWith(entityId, req.params.channelId)),
    });
  });
  router.use(passOnRefusal);
  return router;
}
