import { generateKeyPairSync } from 'node:crypto';
import { createInternalTokens } from '@chatplatform/kit/access';
import { createApp, listen } from '@chatplatform/kit/http';
import { createLogger } from '@chatplatform/kit/logger';
import { authRoutes } from '../api/routes.ts';
import { createEs256Tokens } from '../infrastructure/es256-tokens.ts';
import { createCore } from './core.ts';

export const INTERNAL_KEY = Buffer.alloc(32, 3).toString('base64');

export const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** The real application on a free port, with real tokens, over in-memory stores. */
export async function startAuthApp() {
  const tokens = await createEs256Tokens({
    pem: newSigningKey(),
    issuer: 'chatplatform',
    audience: 'chatplatform',
    ttlSeconds: 600,
  });
  const core = createCore();
  // Tokens are verified against the real time.
  core.clock.advance((Date.now() - core.clock.now().getTime()) / 1000);
  const internalTokens = createInternalTokens({ key: INTERNAL_KEY, service: 'auth' });
  const app = createApp({
    logger: createLogger({ service: 'auth', level: 'silent' }),
    routes: authRoutes({
      core: { ...core.dependencies, accessTokens: tokens },
      verifier: tokens,
      internalTokens,
      keySet: tokens.keySet,
    }),
  });
  const server = await listen(app, 0);
  return { core, url: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}
