import { STATUS_CODES } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { entityId } from '@chatplatform/contracts/ids';
import { principalOf, requireUser } from '@chatplatform/kit/access';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { toError } from '@chatplatform/kit/errors';
import { parseWith } from '@chatplatform/kit/http';
import type { Logger } from '@chatplatform/kit/logger';
import { problemOf, sendProblem } from '@chatplatform/kit/problem';
import { Router } from 'express';
import type { ErrorRequestHandler, Response } from 'express';
import { z } from 'zod';
import { uploadPicture } from '../core/commands/upload-picture.ts';
import type { UploadDeps } from '../core/commands/upload-picture.ts';
import { isVariantName } from '../core/domain/media.ts';
import type { MediaAccess } from '../core/ports/media-access.ts';
import { describeMedia, findMedia } from '../core/queries/describe-media.ts';
import { mediaNotFound, openVariant } from '../core/queries/open-variant.ts';
import { readBody } from './read-body.ts';

export interface RouteDeps extends UploadDeps {
  readonly verifier: TokenVerifier;
  readonly access: MediaAccess;
  readonly signingKey: string;
  readonly maxBytes: number;
  /** Bounds the uploads held in memory at once. */
  readonly uploads: { run<T>(task: () => Promise<T>): Promise<T> };
  readonly logger: Logger;
}

/** `/api/v1/media` */
export function mediaRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.use(requireUser(deps.verifier));
  router.post('/', async (req, res) => {
    const { userId: ownerId } = principalOf(req);
    const media = await deps.uploads.run(async () =>
      uploadPicture(deps, { ownerId, file: await readBody(req, deps.maxBytes) }),
    );
    res.status(201).location(`${req.baseUrl}/${media.id}`).json(describeMedia(deps, media));
  });
  router.get('/:mediaId', async (req, res) => {
    const mediaId = parseWith(entityId, req.params.mediaId);
    res.json(await findMedia(deps, { mediaId, userId: principalOf(req).userId }));
  });
  router.use(refusedUploads);
  return router;
}

/** HTTP has words of its own for these. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'media.too-large': 413,
  'media.too-many-pixels': 413,
  'media.unsupported-type': 415,
};

const refusedUploads: ErrorRequestHandler = (error, req, res, next) => {
  const problem = problemOf(error);
  const status = STATUS_OF_CODE[problem.code];
  // What was not read of the body would be taken for the next request.
  if (!req.complete) res.setHeader('connection', 'close');
  if (status === undefined) next(error);
  else sendProblem(res, { ...problem, status, title: STATUS_CODES[status] ?? problem.title });
};

const signedQuery = z.object({
  expires: z.coerce.number().int().positive(),
  signature: z.string().min(1).max(128),
});

/** `/media/<id>/<variant>?expires=..&signature=..`: the address is the permission; browsers send no token for pictures. */
export function servingRoutes(deps: RouteDeps): Router {
  const router = Router();
  router.get('/:mediaId/:variant', async (req, res) => {
    const { mediaId, variant } = req.params;
    if (!isVariantName(variant)) throw mediaNotFound();
    const { expires, signature } = parseWith(signedQuery, req.query);
    const object = await openVariant(deps, { mediaId, variant, expires, signature });
    const secondsLeft = Math.max(0, Math.floor(expires - deps.clock.now().getTime() / 1000));
    res.set({ ...SAFE_HEADERS, 'cache-control': `private, max-age=${secondsLeft}, immutable` });
    res.set({
      'content-length': String(object.bytes),
      'content-disposition': `inline; filename="${mediaId}.webp"`,
    });
    if (req.method === 'HEAD') {
      object.stream.destroy();
      res.end();
      return;
    }
    await sendStream(object.stream, res, deps.logger);
  });
  return router;
}

/** Even if something else than a picture got in: it is not sniffed, not run, and not embedded by other sites. */
const SAFE_HEADERS = {
  'content-type': 'image/webp',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
};

/** Once bytes are out no problem can be answered: the connection is cut, so that the client sees a failure. */
async function sendStream(stream: NodeJS.ReadableStream, res: Response, logger: Logger): Promise<void> {
  try {
    await pipeline(stream, res);
  } catch (error) {
    if (!res.headersSent) throw error;
    logger.warn({ err: toError(error) }, 'a picture was not sent to its end');
    res.destroy();
  }
}
