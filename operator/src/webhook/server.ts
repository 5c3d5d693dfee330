import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../runtime/index.ts';
import type { ServingCertificate } from './certificate.ts';
import { review, reviewSchema } from './review.ts';
import type { ReviewContext } from './review.ts';

export const VALIDATE_PATH = '/validate';

/** An object is at most 1.5 MiB in etcd, and a review holds the old one too. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface WebhookServer {
  readonly port: number;
  /** From now on, for new connections. */
  serveWith(certificate: ServingCertificate): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new RangeError(`a review is at most ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Answers the API server's AdmissionReviews. @param options.port 0: any free one */
export async function startWebhookServer(options: {
  readonly port: number;
  readonly certificate: ServingCertificate;
  readonly context: ReviewContext;
  readonly logger: Logger;
}): Promise<WebhookServer> {
  const { context, logger } = options;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST' || request.url?.split('?')[0] !== VALIDATE_PATH) {
      return answer(response, 404, { message: `POST ${VALIDATE_PATH}` });
    }
    try {
      const { apiVersion, request: asked } = reviewSchema.parse(await bodyOf(request));
      answer(response, 200, { apiVersion, kind: 'AdmissionReview', response: review(asked, context) });
    } catch (err) {
      // The API server goes by its failurePolicy: the change is let through, and reconcile looks at it.
      logger.warn({ err }, 'a review could not be answered');
      answer(response, 400, { message: String(err) });
    }
  };
  const keysOf = ({ certificate, privateKey }: ServingCertificate) => ({
    cert: certificate,
    key: privateKey,
    minVersion: 'TLSv1.2' as const,
  });
  const server = createServer(
    keysOf(options.certificate),
    (request, response) => void handle(request, response),
  );
  server.listen(options.port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    serveWith: (certificate) => server.setSecureContext(keysOf(certificate)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
