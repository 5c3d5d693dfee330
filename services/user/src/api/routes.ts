import {
  createFriendRequest,
  searchUsersQuery,
  updateProfileRequest,
} from '@chatplatform/contracts/http/user';
import { entityId } from '@chatplatform/contracts/ids';
import { principalOf, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import { Router } from 'express';
import type { Express, Request, RequestHandler } from 'express';
import { z } from 'zod';
import { answerFriendRequest } from '../core/commands/answer-friend-request.ts';
import type { AnswerFriendRequestDependencies } from '../core/commands/answer-friend-request.ts';
import { requestFriendship } from '../core/commands/request-friendship.ts';
import type { RequestFriendshipDependencies } from '../core/commands/request-friendship.ts';
import { updateProfile } from '../core/commands/update-profile.ts';
import type { UpdateProfileDependencies } from '../core/commands/update-profile.ts';
import { pendingFriendRequests } from '../core/queries/pending-friend-requests.ts';
import { friendsOf, ownProfile, profileById, searchProfiles } from '../core/queries/profiles.ts';
import type { ProfileQueryDependencies } from '../core/queries/profiles.ts';
import {
  presentFriendRequest,
  presentFriendRequests,
  presentProfile,
  presentProfiles,
} from './presenters.ts';

export type UserCore = UpdateProfileDependencies &
  RequestFriendshipDependencies &
  AnswerFriendRequestDependencies &
  ProfileQueryDependencies;

export interface UserRoutesOptions {
  readonly core: UserCore;
  readonly verifier: TokenVerifier;
}

const idParameter = z.object({ id: entityId });
const idOf = (req: Request): string => parseWith(idParameter, req.params).id;
const actorOf = (req: Request): string => principalOf(req).userId;

/** Personal data: kept by no cache on the way. */
const noStore: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store');
  next();
};

export const userRoutes =
  ({ core, verifier }: UserRoutesOptions) =>
  (app: Express): void => {
    const guards = [noStore, requireUser(verifier)];
    app.use('/api/v1/users', ...guards, usersRouter(core));
    app.use('/api/v1/friends', ...guards, friendsRouter(core));
  };

function usersRouter(core: UserCore): Router {
  const router = Router();
  router.get('/', async (req, res) => {
    res.json(presentProfiles(await searchProfiles(parseWith(searchUsersQuery, req.query), core)));
  });
  router.get('/me', async (req, res) => {
    res.json(presentProfile(await ownProfile(actorOf(req), core)));
  });
  router.patch('/me', async (req, res) => {
    const change = parseWith(updateProfileRequest, req.body);
    res.json(presentProfile(await updateProfile({ userId: actorOf(req), change }, core)));
  });
  router.get('/:id', async (req, res) => {
    res.json(presentProfile(await profileById(idOf(req), core)));
  });
  return router;
}

function friendsRouter(core: UserCore): Router {
  const router = Router();
  const answer =
    (answer: 'accepted' | 'declined'): RequestHandler =>
    async (req, res) => {
      const props = { actorId: actorOf(req), requestId: idOf(req), answer };
      res.json(presentFriendRequest(await answerFriendRequest(props, core)));
    };
  router.get('/', async (req, res) => {
    res.json(presentProfiles(await friendsOf(actorOf(req), core)));
  });
  router.post('/requests', async (req, res) => {
    const { userId: addresseeId } = parseWith(createFriendRequest, req.body);
    const { request, created } = await requestFriendship({ requesterId: actorOf(req), addresseeId }, core);
    res.status(created ? 201 : 200).json(presentFriendRequest(request));
  });
  router.get('/requests', async (req, res) => {
    res.json(presentFriendRequests(await pendingFriendRequests(actorOf(req), core)));
  });
  router.post('/requests/:id/accept', answer('accepted'));
  router.post('/requests/:id/decline', answer('declined'));
  return router;
}
