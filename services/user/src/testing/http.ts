import { unauthenticated } from '@chatplatform/kit/errors';
import type { TokenVerifier } from '@chatplatform/kit/access';
import { createApp, listen } from '@chatplatform/kit/http';
import { createHttpClient } from '@chatplatform/kit/testing/http-client';
import { createLogger } from '@chatplatform/kit/logger';
import { userRoutes } from '../api/routes.ts';
import type { UserCore } from '../api/routes.ts';

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

/** The real application on a free port. */
export async function startUserApp(core: UserCore) {
  const logger = createLogger({ service: 'user', level: 'silent' });
  const server = await listen(createApp({ logger, routes: userRoutes({ core, verifier }) }), 0);
  return { send: createHttpClient(`http://127.0.0.1:${server.port}`), close: () => server.close() };
}
