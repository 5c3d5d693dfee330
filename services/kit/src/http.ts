import type { Server } from 'node:http';
import { createServer } from 'node:http';
import express from 'express';
import helmet from 'helmet';
import type { z } from 'zod';
import { knownPrincipalOf } from './access.ts';
import { invalid } from './errors.ts';
import type { FieldError } from './errors.ts';
import { newId } from './ids.ts';
import type { Logger } from './logger.ts';
import { httpMetrics } from './metrics.ts';
import { answerNotFound, answerProblem } from './problem.ts';

export type AppOptions = {
  readonly logger: Logger;
  readonly routes: (app: express.Express) => void;
};

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Calls of other services: many, regular, and of no interest while they work. */
const INTERNAL = '/internal/';

/**
 * Logs one line a request, without the query: signed addresses carry their signature there. Of who called it has the id and
 * no more.
 */
const requestLog =
  (logger: Logger): express.RequestHandler =>
  (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId();
    res.setHeader('x-request-id', requestId);
    const startedAt = performance.now();
    const { path } = req;
    res.once('close', () => {
      logger[path.startsWith(INTERNAL) ? 'debug' : 'info'](
        {
          requestId,
          method: req.method,
          path,
          status: res.statusCode,
          userId: knownPrincipalOf(req)?.userId,
          aborted: !res.writableEnded,
          durationMs: Math.round(performance.now() - startedAt),
        },
        'request',
      );
    });
    next();
  };

/**
 * An Express application with what every service wants: safe headers, JSON bodies up to 256 kB, request id, request
 * log, metrics, and every failure answered as RFC 9457 problem details. Handlers may throw or reject.
 */
export const createApp = ({ logger, routes }: AppOptions): express.Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // The edge and an ingress in front of it have private addresses; what a client claims beyond them is not believed.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(requestLog(logger), httpMetrics, helmet(), express.json({ limit: '256kb' }));
  routes(app);
  app.use(answerNotFound);
  app.use(answerProblem(logger));
  return app;
};

export type HttpServer = {
  readonly server: Server;
  /** The port listened on, also when 0 was asked for. */
  readonly port: number;
  /** Accepts no more, lets requests in flight finish, closes idle connections. */
  close(): Promise<void>;
};

const closeGently = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    // A kept-alive connection that turns idle after close() would hold the process until its client lets go.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close((error) => {
      clearInterval(sweep);
      if (error === undefined || ('code' in error && error.code === 'ERR_SERVER_NOT_RUNNING')) resolve();
      else reject(error);
    });
  });

/** @throws when the port is taken */
export const listen = (app: express.Express, port: number): Promise<HttpServer> => {
  const server = createServer(app);
  // Longer than a proxy keeps its upstream connections (60 s): the side that reuses must be the one that closes.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 70_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ server, port: bound, close: () => closeGently(server) });
    });
  });
};

export const fieldErrorsOf = (error: z.ZodError): FieldError[] =>
  error.issues.map((issue) => ({ field: issue.path.join('.') || '(body)', message: issue.message }));

/**
 * Validates a body, query or parameters.
 * @throws DomainError `invalid` (code `request.invalid`) with one entry a wrong field
 */
export const parseWith = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid('request.invalid', 'The request is not valid.', fieldErrorsOf(result.error));
};
