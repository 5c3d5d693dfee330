import { createServer, request as ask } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';

const SEND = /^\/api\/v1\/channels\/([0-9a-f-]+)\/messages$/;

/**
 * A chat service that acknowledges before it writes, and dies in between: every send is answered as if it were stored, and
 * is not. Everything else is the real service's to answer.
 */
export async function startEagerAcknowledger(chatPort: number): Promise<{ port: number; close(): void }> {
  const server = createServer((incoming, response) => {
    const [, channelId] = SEND.exec(incoming.url ?? '') ?? [];
    if (incoming.method === 'POST' && channelId !== undefined) {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as SendMessageRequest;
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(acknowledged(channelId, subjectOf(incoming.headers.authorization), body)),
        );
      });
      return;
    }
    const { method, url, headers } = incoming;
    const upstream = ask({ host: '127.0.0.1', port: chatPort, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The gateway has checked the token. */
function subjectOf(authorization = ''): string {
  const claims = Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as { sub: string }).sub;
}

const acknowledged = (
  channelId: string,
  senderId: string,
  { clientMessageId, text }: SendMessageRequest,
): Message => ({
  id: `${channelId}:1`,
  channelId,
  seq: 1,
  number: 1,
  version: 1,
  senderId,
  clientMessageId,
  text,
  attachments: [],
  mentions: [],
  replyTo: null,
  reactions: [],
  createdAt: new Date().toISOString(),
  editedAt: null,
  deletedAt: null,
});
