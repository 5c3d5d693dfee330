import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { ServiceAccount } from 'firebase-admin/app';
import type { Messaging } from 'firebase-admin/messaging';
import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import type { SendOutcome } from '../core/domain/delivery.ts';
import type { Notification } from '../core/domain/notification.ts';
import type { PushTransport } from '../core/ports/transports.ts';

const serviceAccount = z.object({
  project_id: z.string().min(1),
  client_email: z.email(),
  private_key: z.string().includes('PRIVATE KEY'),
});
type ServiceAccountKey = z.infer<typeof serviceAccount>;

/** The service account's key file as text; a refinement for the configuration schema. */
export const fcmCredentials = z.string().transform((text, context): ServiceAccountKey => {
  try {
    return serviceAccount.parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be the JSON key file of a Firebase service account' });
    return z.NEVER;
  }
});

export interface FcmOptions {
  readonly credentials: ServiceAccountKey;
  /** `https://host:port` in the place of fcm.googleapis.com. */
  readonly endpoint?: string | undefined;
  /** PEM of the authority that signed the endpoint's certificate; the system's authorities by default. */
  readonly ca?: string | undefined;
  /** firebase-admin keeps its apps by name. Default `push`. */
  readonly appName?: string | undefined;
}

export interface FcmTransport extends PushTransport {
  close(): Promise<void>;
}

const HOST = 'fcm.googleapis.com';

/** Loads firebase-admin only here: it is tens of megabytes that a platform without push need not hold. */
export async function createFcmTransport(options: FcmOptions): Promise<FcmTransport> {
  const [{ initializeApp, deleteApp, cert }, { getMessaging }] = await Promise.all([
    import('firebase-admin/app'),
    import('firebase-admin/messaging'),
  ]);
  const { project_id: projectId, client_email: clientEmail, private_key: privateKey } = options.credentials;
  const account: ServiceAccount = { projectId, clientEmail, privateKey };
  const app = initializeApp(
    options.endpoint === undefined
      ? { projectId, credential: cert(account) }
      : {
          projectId,
          credential: { getAccessToken: () => selfSignedToken(options.credentials) },
          httpAgent: redirectingAgent(options.endpoint, options.ca),
        },
    options.appName ?? 'push',
  );
  const messaging = getMessaging(app);
  return {
    send: (token, notification) => send(messaging, token, notification),
    close: () => deleteApp(app),
  };
}

async function send(messaging: Messaging, token: string, notification: Notification): Promise<SendOutcome> {
  try {
    await messaging.send({
      token,
      notification: { title: notification.title, body: notification.body },
      data: {
        notificationId: notification.id,
        kind: notification.kind,
        ...(notification.channelId !== null && { channelId: notification.channelId }),
      },
      // A repeated attempt replaces the banner it repeats.
      android: { collapseKey: notification.id, notification: { tag: notification.id } },
      apns: { headers: { 'apns-collapse-id': notification.id } },
      webpush: { notification: { tag: notification.id } },
    });
    return { kind: 'delivered' };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The token will never work again: the app was removed, or it is no token. */
const TOKEN_GONE = new Set([
  'messaging/registration-token-not-registered',
  'messaging/invalid-registration-token',
]);
/** This message will never be taken. Wrong credentials are not here: they are the operator's to repair. */
const MESSAGE_REFUSED = new Set([
  'messaging/invalid-argument',
  'messaging/invalid-recipient',
  'messaging/invalid-payload',
  'messaging/payload-size-limit-exceeded',
]);

function outcomeOf(error: unknown): SendOutcome {
  if (!(error instanceof Error)) return { kind: 'retry', reason: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const reason = `${code}: ${error.message}`;
  if (TOKEN_GONE.has(code)) return { kind: 'rejected', reason, gone: true };
  if (MESSAGE_REFUSED.has(code)) return { kind: 'rejected', reason, gone: false };
  const retryAfterMs = retryAfterOf(error);
  return { kind: 'retry', reason, ...(retryAfterMs !== null && { retryAfterMs }) };
}

const failedResponse = z.object({
  httpResponse: z.object({ headers: z.object({ 'retry-after': z.coerce.number().positive() }) }),
});

function retryAfterOf(error: Error): number | null {
  const parsed = failedResponse.safeParse(error);
  return parsed.success ? parsed.data.httpResponse.headers['retry-after'] * 1000 : null;
}

/** FCM's host is a constant of the library, so the connection is led elsewhere beneath it. */
function redirectingAgent(endpoint: string, ca: string | undefined): Agent {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  // RFC 6066 knows no addresses as server names; the certificate is then checked against the address itself.
  const servername = isIP(host) === 0 ? host : '';
  const agent = new Agent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (connection, callback) => {
    const target =
      'host' in connection && connection.host === HOST ? { host, servername, port: Number(port || 443) } : {};
    return connect({ ...connection, ...target, ...(ca !== undefined && { ca }) }, callback);
  };
  return agent;
}

/**
 * A JWT signed by the service account itself instead of one exchanged at Google, which an endpoint in Google's place
 * has no part in. It proves who sends and is good for nothing else.
 */
async function selfSignedToken(
  key: ServiceAccountKey,
): Promise<{ access_token: string; expires_in: number }> {
  const seconds = 3600;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(key.client_email)
    .setSubject(key.client_email)
    .setAudience(`https://${HOST}/`)
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .sign(await importPKCS8(key.private_key, 'RS256'));
  return { access_token: token, expires_in: seconds };
}
