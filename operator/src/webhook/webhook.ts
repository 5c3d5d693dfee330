import { CHAT_PLATFORM } from '../caches.ts';
import type { Logger, Toolbox } from '../runtime/index.ts';
import type { ServingCertificate } from './certificate.ts';
import { CertificateKeeper } from './keeper.ts';
import type { KeeperOptions } from './keeper.ts';
import { startWebhookServer } from './server.ts';
import type { WebhookServer } from './server.ts';

export interface WebhookOptions
  extends
    Pick<KeeperOptions, 'secret' | 'configuration' | 'names'>,
    Pick<Toolbox, 'client' | 'clock' | 'caches'> {
  readonly logger: Logger;
  /** 0: any free one. */
  readonly port: number;
  readonly operatorVersion: string;
  /** Told of the port once it serves. */
  readonly onListening?: (port: number) => void;
}

/** Serves the validating webhook until `signal` aborts, from when its certificate is trusted on. */
export async function runWebhook(options: WebhookOptions, signal: AbortSignal): Promise<void> {
  const { caches, logger, operatorVersion, port } = options;
  let server: WebhookServer | undefined;
  const onTrusted = async (certificate: ServingCertificate) => {
    if (server !== undefined) return server.serveWith(certificate);
    const platforms = () => caches.of(CHAT_PLATFORM).list();
    server = await startWebhookServer({ port, certificate, logger, context: { operatorVersion, platforms } });
    options.onListening?.(server.port);
  };
  try {
    await new CertificateKeeper({ ...options, onTrusted }).run(signal);
  } finally {
    await server?.close();
  }
}
