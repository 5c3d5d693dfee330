import { handshakeAuth, rooms } from '@chatplatform/contracts/frames/socket';
import type { Problem } from '@chatplatform/contracts/problem';
import { sessionEnded } from '@chatplatform/kit/access';
import type { Principal, TokenVerifier } from '@chatplatform/kit/access';
import type { Clock } from '@chatplatform/kit/clock';
import { toError, unauthenticated } from '@chatplatform/kit/errors';
import { joinChannels } from '../core/commands/join-channels.ts';
import type { JoinChannelsDeps } from '../core/commands/join-channels.ts';
import type { Admission } from '../core/domain/admission.ts';
import type { People, Person } from '../core/domain/people.ts';
import { PRESENCE_RENEWAL_MS } from '../core/domain/presence.ts';
import type { Session } from '../core/domain/session.ts';
import type { GatewaySocket } from './connections.ts';
import { refused } from './frames.ts';

export interface HandshakeDeps extends JoinChannelsDeps {
  readonly verifier: TokenVerifier;
  readonly revoked: { has(sessionId: string): boolean };
  readonly clock: Clock;
  readonly random: () => number;
  readonly admission: Pick<Admission, 'refusal' | 'draining' | 'drain'>;
  readonly people: People;
}

/** Of what a connection came with its session is left; the rest would be held as long as it lives. */
const NOTHING_KEPT = { headers: {}, query: {}, auth: {}, time: '' } as const;

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
  // Its door was passed before the draining began: it would only be sent away again.
  const refusal = deps.admission.draining ? deps.admission.refusal(0) : undefined;
  if (refusal !== undefined) throw refusal;
  const given = handshakeAuth.safeParse(socket.handshake.auth);
  if (!given.success) throw unauthenticated('token.missing', 'Connect with `auth: { token, visible? }`.');
  const principal = await deps.verifier.verify(given.data.token);
  const person = deps.people.enter(principal.userId);
  // Of the connection, not of the socket: this comes also when it is closed while it is being opened.
  socket.conn.on('close', () => deps.people.leave(person));
  const session = sessionOf(socket.id, { principal, person, ...given.data }, deps);
  socket.data.session = session;
  Object.assign(socket.handshake, NOTHING_KEPT);
  // First: changes of membership reach the sockets in this room, from now on also this one.
  await socket.join(rooms.user(session.userId));
  await joinChannels(deps, session);
  // It may have ended since the token was verified; who ends sessions sees only connections that are open.
  if (deps.revoked.has(session.sessionId)) throw sessionEnded();
}

function sessionOf(
  socketId: string,
  {
    principal,
    person,
    token,
    visible,
  }: { principal: Principal; person: Person; token: string; visible: boolean },
  { clock, random }: Pick<HandshakeDeps, 'clock' | 'random'>,
): Session {
  const { userId, sessionId, expiresAt } = principal;
  return {
    socketId,
    userId,
    sessionId,
    person,
    token,
    expiresAt: expiresAt.getTime(),
    framesFullAt: 0,
    typingFullAt: 0,
    listsFullAt: 0,
    inFlight: 0,
    hidden: !visible,
    // Spread, for after a failure many connect at once.
    presenceDueAt: clock.now().getTime() + PRESENCE_RENEWAL_MS * (0.5 + random() / 2),
    presenceChannels: [],
  };
}
