import type { IdleSocketsInput, IdleSocketsResult } from './jobs.ts';
import { connectAll } from './live-socket.ts';

/** Connections that do nothing but answer pings, until this process ends. */
export async function runIdleSockets({ url, tokens }: IdleSocketsInput): Promise<IdleSocketsResult> {
  const startedAt = performance.now();
  const sockets = await connectAll([url], tokens);
  return { handshakesPerSecond: sockets.length / ((performance.now() - startedAt) / 1000) };
}
