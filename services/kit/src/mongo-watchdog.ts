import type { MongoClient } from 'mongodb';
import { createCounter } from './metrics.ts';

const revivals = createCounter({
  name: 'mongo_client_revivals_total',
  help: 'Times the client was connected anew because its monitoring had come to a standstill.',
});

export type Monitored = Pick<MongoClient, 'close' | 'connect'> & {
  on(event: string, listener: (event: Heartbeat) => void): unknown;
};

/** `awaited`: the server answers when its state changes, or after the heartbeat interval. */
type Heartbeat = { readonly connectionId: string; readonly awaited?: boolean };

export type HeartbeatTimes = { readonly connectTimeoutMs: number; readonly heartbeatMs: number };

const RETRY_MS = 1_000;
const MARGIN_MS = 500;
/** A heartbeat's time is counted in steps of this, so that a step which takes longer counts no more. */
const STEP_MS = 500;
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, RETRY_MS).unref());

/**
 * The driver asks a server for its state on a connection that may be closing at that very moment, and then waits for
 * ever: the question has no timeout of its own, the server stays `Unknown`, and nothing that uses the client works
 * again (seen with mongodb 7.9 when a server without the streaming protocol was lost with all its connections). A
 * heartbeat that has outlived the time the driver allows it is that; the client is then connected anew. What waits
 * meanwhile fails as it does for any server that is away. Only time in which this process ran counts: after a standstill
 * of its own the answer may have come long ago, and nobody has looked yet.
 * @returns what ends the watch
 */
export const reviveWhenStuck = (
  client: Monitored,
  { connectTimeoutMs, heartbeatMs }: HeartbeatTimes,
): (() => void) => {
  const deadlines = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  let reviving = false;

  const settle = (address: string): void => {
    clearTimeout(deadlines.get(address));
    deadlines.delete(address);
  };
  const stop = (): void => {
    stopped = true;
    for (const address of deadlines.keys()) settle(address);
  };
  const connected = (): Promise<boolean> =>
    client.connect().then(
      () => true,
      () => false,
    );
  const revive = async (): Promise<void> => {
    if (reviving || stopped) return;
    reviving = true;
    revivals.inc();
    for (const address of deadlines.keys()) settle(address);
    await client.close().catch(() => undefined);
    while (!stopped && !(await connected())) await pause();
    reviving = false;
    // Stopped while it connected: nobody would close it any more.
    if (stopped) await client.close().catch(() => undefined);
  };

  const allow = (address: string, leftMs: number): void => {
    const stepMs = Math.min(leftMs, STEP_MS);
    const timer = setTimeout(() => {
      if (leftMs > stepMs) allow(address, leftMs - stepMs);
      else void revive();
    }, stepMs);
    deadlines.set(address, timer.unref());
  };

  client.on('serverHeartbeatStarted', ({ connectionId, awaited = false }) => {
    settle(connectionId);
    // To connect and to be answered take a timeout each.
    const limitMs = 2 * connectTimeoutMs + (awaited ? heartbeatMs : 0) + MARGIN_MS;
    if (!stopped) allow(connectionId, limitMs);
  });
  for (const event of ['serverHeartbeatSucceeded', 'serverHeartbeatFailed'])
    client.on(event, ({ connectionId }) => settle(connectionId));
  return stop;
};
