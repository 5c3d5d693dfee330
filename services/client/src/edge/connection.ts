import type {
  Ack,
  ClientFrameName,
  ClientFrameResults,
  clientFrames,
  ServerFrameName,
} from '@chatplatform/contracts/frames/socket';
import { io, type Socket } from 'socket.io-client';
import { backoffMs, type BackoffPolicy } from '../core/backoff.ts';
import { failureFrom, failureOf, isProblem, RequestFailed } from '../core/failure.ts';
import { type AccessToken, SessionEnded } from '../session.ts';
import type { Clock } from './clock.ts';

/** What a frame carries, before the server adds defaults. */
export type FrameBody<F extends ClientFrameName> = (typeof clientFrames)[F]['_zod']['input'];

export interface ConnectionOptions {
  readonly url: string;
  /** @throws SessionEnded */
  readonly accessToken: (refused?: string) => Promise<AccessToken>;
  readonly clock: Clock;
  /** 0 <= x < 1 */
  readonly random: () => number;
  readonly transports: readonly ('websocket' | 'polling')[];
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  readonly onFrame: (name: ServerFrameName, body: unknown) => void;
  /** The session is over: the connection is not opened again. */
  readonly onEnd: () => void;
}

export interface Connection {
  open(): void;
  close(): void;
  /**
   * Sends a frame and waits for its acknowledgement.
   * @throws RequestFailed `lost` when there is no connection or no answer in time
   */
  request<F extends ClientFrameName>(name: F, body: FrameBody<F>): Promise<ClientFrameResults[F]>;
}

/** Longer than the gateway takes to answer whatever happens behind it: a later answer means a broken connection. */
const ACK_WITHIN_MS = 12_000;
const CONNECT_WITHIN_MS = 10_000;
const RECONNECT: BackoffPolicy = { firstMs: 500, longestMs: 10_000 };
/** A fresh token that cannot be had or is not taken is asked for again after this. */
const RENEW_AGAIN_MS = 2_000;

/**
 * One Socket.IO connection that comes back by itself.
 *
 * Socket.IO's own reconnection is off: it does not try again after a refused handshake nor after the server ended the
 * connection, does not know what the server asks for, and waits long on a connection that has gone silent. Each attempt is
 * a socket of its own here.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { clock, random } = options;
  let wanted = false;
  let socket: Socket | undefined;
  let token = '';
  let failures = 0;
  let cancelAttempt = (): void => undefined;
  let cancelRenewal = (): void => undefined;
  /** Requests under way, each with what gives it up. */
  const underWay = new Set<() => void>();

  const attempt = async (refused?: string): Promise<void> => {
    try {
      const fresh = await options.accessToken(refused);
      if (!wanted || socket !== undefined) return;
      token = fresh.token;
      connect(fresh);
    } catch (error) {
      if (error instanceof SessionEnded) end();
      else if (wanted) attemptLater();
    }
  };
  const attemptLater = (retryAfterMs = 0, refused?: string): void => {
    failures += 1;
    cancelAttempt();
    const wait = backoffMs(RECONNECT, failures, random(), retryAfterMs);
    cancelAttempt = clock.after(wait, () => void attempt(refused));
  };

  const connect = (access: AccessToken): void => {
    const opened = io(options.url === '' ? undefined : options.url, {
      transports: [...options.transports],
      auth: { token: access.token },
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_WITHIN_MS,
    });
    socket = opened;
    opened.on('connect', () => {
      failures = 0;
      renewAt(access.renewAt);
      options.onOnline();
    });
    opened.on('connect_error', (error: Error & { data?: unknown }) => {
      drop();
      const failure = isProblem(error.data) ? failureOf(error.data) : undefined;
      attemptLater(
        failure?.kind === 'later' ? failure.retryAfterMs : 0,
        failure?.kind === 'session' ? access.token : undefined,
      );
    });
    opened.on('disconnect', () => lose());
    opened.onAny((name: ServerFrameName, body: unknown) => {
      options.onFrame(name, body);
      if (name === 'session:ended' && isRevocation(body)) end();
    });
  };

  /** The connection outlives the token it was opened with. */
  const renewAt = (time: number, refused?: string): void => {
    cancelRenewal();
    cancelRenewal = clock.after(Math.max(0, time - clock.now()), () => void renew(refused));
  };
  const renew = async (refused?: string): Promise<void> => {
    try {
      const fresh = await options.accessToken(refused);
      token = fresh.token;
      await request('token:renew', { token });
      renewAt(fresh.renewAt);
    } catch (error) {
      if (error instanceof SessionEnded) end();
      else if (socket?.connected === true)
        renewAt(clock.now() + RENEW_AGAIN_MS, failureFrom(error).kind === 'session' ? token : undefined);
    }
  };

  const request = <F extends ClientFrameName>(
    name: F,
    body: FrameBody<F>,
  ): Promise<ClientFrameResults[F]> => {
    const current = socket;
    if (current?.connected !== true) return Promise.reject(new RequestFailed({ kind: 'lost' }));
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        settled();
        reject(new RequestFailed({ kind: 'lost' }));
      };
      // Acknowledgements always come. Without one the connection is dead, though nobody has noticed yet.
      const cancelDeadline = clock.after(ACK_WITHIN_MS, lose);
      const settled = (): void => {
        cancelDeadline();
        underWay.delete(giveUp);
      };
      underWay.add(giveUp);
      current.emit(name, body, (ack: Ack<ClientFrameResults[F]>) => {
        settled();
        if (ack.ok) resolve(ack.result);
        else reject(new RequestFailed(failureOf(ack.error)));
      });
    });
  };

  /** Lets go of the socket, whatever state it is in; nothing of it is heard any more. */
  const drop = (): void => {
    cancelRenewal();
    const dropped = socket;
    socket = undefined;
    dropped?.offAny();
    dropped?.off();
    dropped?.disconnect();
    for (const giveUp of [...underWay]) giveUp();
  };
  const lose = (): void => {
    drop();
    options.onOffline();
    if (wanted) attemptLater();
  };
  const close = (): void => {
    wanted = false;
    cancelAttempt();
    drop();
    options.onOffline();
  };
  const end = (): void => {
    close();
    options.onEnd();
  };

  return {
    open() {
      if (wanted) return;
      wanted = true;
      failures = 0;
      void attempt();
    },
    close,
    request,
  };
}

function isRevocation(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'reason' in body && body.reason === 'revoked';
}
