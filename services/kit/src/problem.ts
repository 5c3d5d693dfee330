import { STATUS_CODES } from 'node:http';
import type { Problem } from '@chatplatform/contracts/problem';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { ZodError } from 'zod';
import { DomainError, isTransient, toError } from './errors.ts';
import type { ErrorKind } from './errors.ts';
import type { Logger } from './logger.ts';
import { activeTraceIds } from './telemetry.ts';

const STATUS_OF: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'rate-limited': 429,
  unavailable: 503,
};

type Described = { status: number; code: string } & Pick<Problem, 'detail' | 'errors' | 'retryAfterSeconds'>;

const asProblem = ({ status, code, detail, errors, retryAfterSeconds }: Described): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  code,
  ...(detail === undefined ? {} : { detail }),
  ...(errors === undefined ? {} : { errors }),
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  ...traceIdOf(),
});

const traceIdOf = (): { traceId?: string } => {
  const { traceId } = activeTraceIds();
  return traceId === undefined ? {} : { traceId };
};

const ofDomainError = (error: DomainError): Problem =>
  asProblem({
    status: STATUS_OF[error.kind],
    code: error.code,
    detail: error.message,
    errors: error.fields?.map((entry) => ({ ...entry })),
    retryAfterSeconds: error.retryAfterSeconds,
  });

/** What the body parser refuses, in words with a remedy. */
const BODY_REFUSALS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is not a JSON object: check its syntax.',
  'entity.too.large': 'The body is too large: send at most 256 kB.',
  'encoding.unsupported': 'The content encoding is not supported: send gzip, deflate, br or none.',
  'charset.unsupported': 'The character set is not supported: send UTF-8.',
};

/** What Express and its body parsers throw: an Error with `status`, and `expose` when the client may hear of it. */
const ofHttpError = (error: Error): Problem | undefined => {
  if (!('status' in error) || typeof error.status !== 'number' || error.status >= 500) return undefined;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : 'request.invalid';
  return asProblem({
    status: error.status,
    code: type,
    detail: BODY_REFUSALS[type] ?? STATUS_CODES[error.status],
  });
};

/**
 * The problem details of anything thrown. What is not meant for the caller becomes a bare 500, or a 503 when a store
 * or the broker is away.
 */
export const problemOf = (thrown: unknown): Problem => {
  const error = toError(thrown);
  if (error instanceof DomainError) return ofDomainError(error);
  // Ours, not the caller's: input goes through parseWith, which throws a DomainError.
  if (error instanceof ZodError) return asProblem({ status: 500, code: 'internal' });
  const http = ofHttpError(error);
  if (http !== undefined) return http;
  if (isTransient(error))
    return asProblem({
      status: 503,
      code: 'dependency.unavailable',
      detail: 'Something this service depends on is away; try again shortly.',
      retryAfterSeconds: 1,
    });
  return asProblem({
    status: 500,
    code: 'internal',
    detail: 'The server failed; the trace id leads to the cause.',
  });
};

export const sendProblem = (res: Response, problem: Problem): void => {
  if (problem.status === 401) res.setHeader('www-authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined)
    res.setHeader('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
};

export const answerNotFound: RequestHandler = (_req, res) => {
  sendProblem(
    res,
    asProblem({ status: 404, code: 'route.not-found', detail: 'There is nothing at this address.' }),
  );
};

export const answerProblem =
  (logger: Logger): ErrorRequestHandler =>
  (thrown, _req, res, next) => {
    const problem = problemOf(thrown);
    if (problem.status >= 500) logger.error({ err: toError(thrown) }, 'request failed');
    if (res.headersSent) next(thrown);
    else sendProblem(res, problem);
  };
