import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { localCertificate } from './certificates.ts';

export interface RecordedPush {
  readonly path: string;
  readonly authorization: string;
  readonly body: { readonly message: Record<string, unknown> };
}

export interface FcmAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

const delivered: FcmAnswer = { status: 200, body: { name: 'projects/test/messages/1' } };

/** What FCM answers when it refuses; `errorCode` as in the v1 API's FcmError. */
export function fcmError(status: number, errorCode: string, headers: Record<string, string> = {}): FcmAnswer {
  const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
  return {
    status,
    headers,
    body: { error: { code: status, message: errorCode, status: errorCode, details } },
  };
}

/** Stands for fcm.googleapis.com on this machine: real TLS, recorded requests, answers of the test's choice. */
export async function startFcmRecorder() {
  const { ca, cert, key } = await localCertificate('127.0.0.1');
  const recorded: RecordedPush[] = [];
  const answers: FcmAnswer[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      recorded.push({
        path: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      });
      const { status, headers, body } = answers.shift() ?? delivered;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ca,
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey,
    /** A service account's key file. */
    credentials: {
      type: 'service_account',
      project_id: 'test',
      client_email: 'push@test.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    recorded,
    answers,
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
