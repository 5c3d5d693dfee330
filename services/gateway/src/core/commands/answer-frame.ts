import type { ClientFrame, ClientFrameName, ClientFrameResults } from '@chatplatform/contracts/frames/socket';
import type { Clock } from '@chatplatform/kit/clock';
import { forbidden, rateLimited } from '@chatplatform/kit/errors';
import { LIST_LIMIT, takeOne, TYPING_LIMIT } from '../domain/rate-limit.ts';
import type { RateLimit } from '../domain/rate-limit.ts';
import type { Session } from '../domain/session.ts';
import type { Audience } from '../ports/audience.ts';
import type { Chat, ChatFrameName } from '../ports/chat.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import { changeVisibility, listPresence } from './show-presence.ts';

export interface TokenHolder {
  readonly userId: string;
  readonly sessionId: string;
  readonly expiresAt: Date;
}

export interface AnswerFrameDeps {
  readonly chat: Chat;
  readonly audience: Audience;
  readonly presence: PresenceStore;
  /** @throws DomainError `unauthenticated` */
  readonly verifyToken: (token: string) => Promise<TokenHolder>;
  readonly clock: Clock;
}

/** A connection may send this many frames, whatever they are. */
export const FRAME_LIMIT: RateLimit = { perSecond: 50, burst: 200 };
/** And all connections of a person together. */
export const PERSON_FRAME_LIMIT: RateLimit = { perSecond: 100, burst: 400 };
const MAX_IN_FLIGHT = 200;

export const tooFast = (retryAfterMs: number): Error =>
  rateLimited('frame.too-many', 'Too many frames; wait a little.', Math.ceil(retryAfterMs) / 1000);

/**
 * Counts a frame against the limits of the connection and of the person, before it is even looked at.
 * @throws DomainError `rate-limited` with the time to wait
 */
export function admitFrame(session: Session, nowMs: number): void {
  const decision = takeOne(FRAME_LIMIT, session.framesFullAt, nowMs);
  session.framesFullAt = decision.fullAt;
  if (!decision.allowed) throw tooFast(decision.retryAfterMs);
  const ofPerson = takeOne(PERSON_FRAME_LIMIT, session.person.framesFullAt, nowMs);
  session.person.framesFullAt = ofPerson.fullAt;
  if (!ofPerson.allowed) throw tooFast(ofPerson.retryAfterMs);
  if (session.inFlight >= MAX_IN_FLIGHT) throw tooFast(1000);
}

type AnswerTo<F extends ClientFrameName> = (
  deps: AnswerFrameDeps,
  session: Session,
  frame: ClientFrame<F>,
) => Promise<ClientFrameResults[F]>;

/** What the chat service is to answer. */
const passOn =
  <F extends ChatFrameName>(name: F): AnswerTo<F> =>
  ({ chat }, { token }, frame) =>
    chat.ask(token, name, frame);

const answers: { readonly [F in ClientFrameName]: AnswerTo<F> } = {
  'message:send': passOn('message:send'),
  'message:edit': passOn('message:edit'),
  'message:delete': passOn('message:delete'),
  'message:react': passOn('message:react'),
  'channel:read': passOn('channel:read'),
  'channel:delivered': passOn('channel:delivered'),
  'channel:create': passOn('channel:create'),
  'channel:archive': passOn('channel:archive'),
  'member:add': passOn('member:add'),
  'member:remove': passOn('member:remove'),
  'member:role': passOn('member:role'),
  'channels:sync': passOn('channels:sync'),
  'typing:set': async (deps, session, { channelId, typing }) => {
    const decision = takeOne(TYPING_LIMIT, session.typingFullAt, deps.clock.now().getTime());
    session.typingFullAt = decision.fullAt;
    if (!decision.allowed) throw tooFast(decision.retryAfterMs);
    if (!deps.audience.isIn(session.socketId, channelId)) {
      throw forbidden('channel.not-joined', 'You are not in this channel.');
    }
    deps.audience.typing(session.socketId, { channelId, userId: session.userId, typing });
    return {};
  },
  'presence:set': async (deps, session, { visible }) => {
    await changeVisibility(deps, session, visible);
    return {};
  },
  'presence:list': async (deps, session, { channelId }) => {
    const decision = takeOne(LIST_LIMIT, session.listsFullAt, deps.clock.now().getTime());
    session.listsFullAt = decision.fullAt;
    if (!decision.allowed) throw tooFast(decision.retryAfterMs);
    return { online: await listPresence(deps, session, channelId) };
  },
  'token:renew': async ({ verifyToken }, session, { token }) => {
    const holder = await verifyToken(token);
    if (holder.userId !== session.userId || holder.sessionId !== session.sessionId) {
      throw forbidden('token.of-another-session', 'The token belongs to another session.');
    }
    session.token = token;
    session.expiresAt = holder.expiresAt.getTime();
    return { expiresAt: holder.expiresAt.toISOString() };
  },
};

/**
 * Does what a well-formed frame asks for, or has the chat service do it.
 * @throws DomainError or ChatRefusal, to be told to the client
 */
export async function answerFrame<F extends ClientFrameName>(
  deps: AnswerFrameDeps,
  session: Session,
  { name, frame }: { name: F; frame: ClientFrame<F> },
): Promise<ClientFrameResults[F]> {
  session.inFlight += 1;
  try {
    return await answers[name](deps, session, frame);
  } finally {
    session.inFlight -= 1;
  }
}
