import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue } from '@chatplatform/local/cluster/pki/certificate-authority';

export interface RecordedPush {
  path: string;
  authorization: string;
  message: { token: string; notification: { title: string; body: string } };
}

/** An endpoint that takes what Firebase Cloud Messaging takes and remembers it. It stands in for Google, and only here. */
export interface FcmRecorder {
  /** As the platform's Pods reach it. */
  endpoint: string;
  /** PEM of the authority that signed its certificate. */
  authority: string;
  /** A service account in the form Google hands out. */
  serviceAccount: string;
  pushes: RecordedPush[];
  stop(): Promise<void>;
}

/** @param address the address of this machine that Pods can reach */
export async function startFcmRecorder(address: string): Promise<FcmRecorder> {
  const authority = await createAuthority('fcm-recorder authority', new Date());
  const server = await issue(
    authority,
    { subject: { commonName: 'fcm-recorder' }, usages: ['server'], ipAddresses: [address] },
    new Date(),
  );
  const pushes: RecordedPush[] = [];
  const https = createServer({ cert: server.certificate, key: server.privateKey }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { message } = JSON.parse(body) as Pick<RecordedPush, 'message'>;
      pushes.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', message });
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ name: `projects/recorded/messages/${pushes.length}` }));
    });
  });
  await new Promise<void>((resolve) => https.listen(0, address, resolve));
  const { port } = https.address() as AddressInfo;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    endpoint: `https://${address}:${port}`,
    authority: authority.certificate,
    serviceAccount: JSON.stringify({
      type: 'service_account',
      project_id: 'recorded',
      client_email: 'push@recorded.example',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }),
    pushes,
    stop: () =>
      new Promise((resolve) => {
        https.closeAllConnections();
        https.close(() => resolve());
      }),
  };
}
