import { shownMediaRequest } from '@chatplatform/contracts/http/internal';
import { requireInternal } from '@chatplatform/kit/access';
import type { InternalTokens } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import type { Express } from 'express';
import { Router } from 'express';
import type { ProfileRepository } from '../core/ports/profile-repository.ts';

export interface InternalRoutesOptions {
  readonly profiles: Pick<ProfileRepository, 'shownMedia'>;
  readonly tokens: InternalTokens;
}

/** For other services only; the edge never routes here. */
export const internalRoutes =
  ({ profiles, tokens }: InternalRoutesOptions) =>
  (app: Express): void => {
    const router = Router();
    router.use(requireInternal(tokens));
    /** `{ mediaIds }` -> `{ shown }`: those that a profile shows */
    router.post('/shown-media', async (req, res) => {
      const { mediaIds } = parseWith(shownMediaRequest, req.body);
      res.json({ shown: [...(await profiles.shownMedia(mediaIds))] });
    });
    app.use('/internal', router);
  };
