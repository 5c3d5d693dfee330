import { unauthenticated } from '@chatplatform/kit/errors';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { createApp, listen } from '@chatplatform/kit/http';
import { createLogger } from '@chatplatform/kit/logger';
import { userRoutes } from '../api/routes.ts';
import type { UserCore } from '../api/routes.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null when there was no body. */
  readonly body: unknown;
}

/** What stands for an access token here; real ones are verified in the kit's tests and in the process test. */
export const tokenOf = (userId: string): string => `user.${userId}`;

const verifier: TokenVerifier = {
  async verify(token) {
    if (!token.startsWith('user.')) throw unauthenticated('token.invalid', 'The access token is not valid.');
    const userId = token.slice('user.'.length);
    return {
      userId,
      username: 'someone',
      roles: [],
      sessionId: 's',
      expiresAt: new Date(Date.now() + 60_000),
    };
  },
};

export type Send = (
  method: string,
  path: string,
  options?: { json?: unknown; token?: string },
) => Promise<Answer>;

export const createClient =
  (base: string): Send =>
  async (method, path, { json, token } = {}) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };

/** The real application on a free port. */
export async function startUserApp(core: UserCore) {
  const logger = createLogger({ service: 'user', level: 'silent' });
  const server = await listen(createApp({ logger, routes: userRoutes({ core, verifier }) }), 0);
  return { send: createClient(`http://127.0.0.1:${server.port}`), close: () => server.close() };
}
