import type {
  Account,
  LoginRequest,
  RegisterRequest,
  TokenResponse,
} from '@chatplatform/contracts/http/auth';
import { failureFrom } from './core/failure.ts';
import { type Clock, systemClock } from './edge/clock.ts';
import { createHttp, type Fetch, type Http, type HttpRequest } from './edge/http.ts';
import { inMemory, type Keeper } from './edge/keeping.ts';

export interface SessionOptions {
  /** The platform's address. Default '': the page's own. */
  readonly url?: string;
  /** Where the refresh token is kept. Default: in memory, so that the session ends with the program. */
  readonly keeper?: Keeper<string>;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

/** There is no session (any more): sign in. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
  constructor() {
    super('You are signed out. Sign in to go on.');
  }
}

/** Who is signed in, and the tokens that say so. The access token lives in memory only. */
export interface Session {
  readonly url: string;
  account(): Account | undefined;
  register(request: RegisterRequest): Promise<void>;
  logIn(request: LoginRequest): Promise<void>;
  /** Signs in again by the kept refresh token; false when there is none or it is spent. */
  restore(): Promise<boolean>;
  logOut(): Promise<void>;
  /**
   * @param refused a token that a server did not accept: it is not given again, whatever its time
   * @throws SessionEnded
   * @throws RequestFailed when a new one is needed and the server does not answer
   */
  accessToken(refused?: string): Promise<AccessToken>;
  /** With the access token. @throws SessionEnded @throws RequestFailed */
  readonly request: Http;
  /** Told of every change of `account()`. @returns what takes the listener back */
  subscribe(listener: () => void): () => void;
}

export interface AccessToken {
  readonly token: string;
  /** When a fresh one should take its place, in ms. */
  readonly renewAt: number;
}

/** An access token is renewed this long before it ends, so that no request goes out with a dead one. */
const RENEW_BEFORE_MS = 30_000;

export function createSession(options: SessionOptions = {}): Session {
  const { url = '', keeper = inMemory<string>(), clock = systemClock } = options;
  const http = createHttp(url, options.fetch ?? globalThis.fetch.bind(globalThis));
  const listeners = new Set<() => void>();
  let account: Account | undefined;
  let held: AccessToken | undefined;
  let renewing: Promise<boolean> | undefined;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const accept = (tokens: TokenResponse): void => {
    const lifetimeMs = tokens.expiresInSeconds * 1000;
    // A token that lives no longer than a minute is renewed halfway.
    const renewAt = clock.now() + lifetimeMs - Math.min(RENEW_BEFORE_MS, lifetimeMs / 2);
    held = { token: tokens.accessToken, renewAt };
    keeper.save(tokens.refreshToken);
    account = tokens.account;
    tell();
  };
  const forget = (): void => {
    held = undefined;
    account = undefined;
    keeper.save(undefined);
    tell();
  };

  const renewOnce = async (): Promise<boolean> => {
    const refreshToken = keeper.load();
    if (refreshToken === undefined) return false;
    try {
      accept(
        await http<TokenResponse>({ method: 'POST', path: '/api/v1/auth/refresh', json: { refreshToken } }),
      );
      return true;
    } catch (error) {
      const { kind } = failureFrom(error);
      // Only a refusal ends the session; a server that is away may know the token later.
      if (kind !== 'session' && kind !== 'refused') throw error;
      forget();
      return false;
    }
  };
  /** One renewal at a time: a refresh token is good for one use, and a second use would end the session. */
  const renew = (): Promise<boolean> => {
    renewing ??= renewOnce().finally(() => (renewing = undefined));
    return renewing;
  };

  const accessToken = async (refused?: string): Promise<AccessToken> => {
    if (held === undefined || held.token === refused || clock.now() >= held.renewAt) await renew();
    if (held === undefined) throw new SessionEnded();
    return held;
  };
  const logIn = async (request: LoginRequest): Promise<void> =>
    accept(await http<TokenResponse>({ method: 'POST', path: '/api/v1/auth/login', json: request }));

  return {
    url,
    account: () => account,
    logIn,
    async register(request) {
      await http({ method: 'POST', path: '/api/v1/auth/register', json: request });
      await logIn({ login: request.username, password: request.password });
    },
    restore: async () => (account === undefined ? renew().catch(() => false) : true),
    async logOut() {
      const refreshToken = keeper.load();
      forget();
      if (refreshToken !== undefined)
        await http({ method: 'POST', path: '/api/v1/auth/logout', json: { refreshToken } });
    },
    accessToken,
    request: async <T>(request: HttpRequest): Promise<T> => {
      const { token } = await accessToken();
      try {
        return await http<T>({ ...request, token });
      } catch (error) {
        if (failureFrom(error).kind !== 'session') throw error;
        return http<T>({ ...request, token: (await accessToken(token)).token });
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
