import { rooms } from '@chatplatform/contracts/frames/socket';
import type { Problem } from '@chatplatform/contracts/problem';
import { sessionEnded } from '@chatplatform/kit/access';
import type { Principal, TokenVerifier } from '@chatplatform/kit/access';
import type { Clock } from '@chatplatform/kit/clock';
import { toError, unauthenticated, unavailable } from '@chatplatform/kit/errors';
import { z } from 'zod';
import { joinChannels } from '../core/commands/join-channels.ts';
import type { JoinChannelsDeps } from '../core/commands/join-channels.ts';
import { PRESENCE_RENEWAL_MS } from '../core/domain/presence.ts';
import type { Session } from '../core/domain/session.ts';
import type { GatewaySocket } from './connections.ts';
import { refused } from './frames.ts';

export interface HandshakeDeps extends JoinChannelsDeps {
  readonly verifier: TokenVerifier;
  readonly revoked: { has(sessionId: string): boolean };
  readonly clock: Clock;
  readonly random: () => number;
  /** Why nobody is let in right now; undefined when there is room. */
  readonly closedBecause: () => 'draining' | 'full' | undefined;
}

const auth = z.object({ token: z.string().min(1).max(8192) });

/** Carries the problem to the client, where it is `error.data` of `connect_error`. */
class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';
  readonly data: Problem;

  constructor(problem: Problem, cause: unknown) {
    super(problem.code, { cause });
    this.data = problem;
  }
}

/** Middleware: lets a connection in with a valid token, and with its rooms joined before the client knows of it. */
export const handshake =
  (deps: HandshakeDeps) =>
  (socket: GatewaySocket, next: (error?: Error) => void): void => {
    open(deps, socket).then(
      () => next(),
      (error: unknown) => {
        const answer = refused(error);
        next(answer.ok ? toError(error) : new HandshakeRefused(answer.error, error));
      },
    );
  };

async function open(deps: HandshakeDeps, socket: GatewaySocket): Promise<void> {
  refuseWhenClosed(deps.closedBecause());
  const given = auth.safeParse(socket.handshake.auth);
  if (!given.success) throw unauthenticated('token.missing', 'Connect with `auth: { token }`.');
  const principal = await deps.verifier.verify(given.data.token);
  const session = sessionOf(socket.id, principal, given.data.token, deps);
  socket.data.session = session;
  // First: changes of membership reach the sockets in this room, from now on also this one.
  await socket.join([rooms.user(session.userId), rooms.session(session.sessionId)]);
  await joinChannels(deps, session);
  // It may have ended since the token was verified; who ends sessions sees only connections that are open.
  if (deps.revoked.has(session.sessionId)) throw sessionEnded();
}

function refuseWhenClosed(reason: 'draining' | 'full' | undefined): void {
  if (reason === 'draining')
    throw unavailable('gateway.draining', 'This gateway is going away; connect again.');
  if (reason === 'full') {
    throw unavailable('gateway.full', 'No more connections are admitted here; try again shortly.', {
      retryAfterSeconds: 5,
    });
  }
}

function sessionOf(
  socketId: string,
  { userId, sessionId, expiresAt }: Principal,
  token: string,
  { clock, random }: Pick<HandshakeDeps, 'clock' | 'random'>,
): Session {
  return {
    socketId,
    userId,
    sessionId,
    token,
    expiresAt: expiresAt.getTime(),
    framesFullAt: 0,
    typingFullAt: 0,
    inFlight: 0,
    // Spread, for after a failure many connect at once.
    presenceDueAt: clock.now().getTime() + PRESENCE_RENEWAL_MS * (0.5 + random() / 2),
    presenceChannels: [],
  };
}
