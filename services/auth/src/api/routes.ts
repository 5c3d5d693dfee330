import type { Express, Request, RequestHandler } from 'express';
import {
  loginRequest,
  logoutRequest,
  refreshRequest,
  registerRequest,
} from '@chatplatform/contracts/http/auth';
import { REVOKED_SESSIONS_PATH, revokedSessionsQuery } from '@chatplatform/contracts/http/internal';
import { principalOf, requireInternal, requireUser } from '@chatplatform/kit/access';
import type { InternalTokens, TokenVerifier } from '@chatplatform/kit/access';
import { parseWith } from '@chatplatform/kit/http';
import type { JSONWebKeySet } from 'jose';
import { logIn } from '../core/commands/log-in.ts';
import type { LogInDependencies } from '../core/commands/log-in.ts';
import { logOut } from '../core/commands/log-out.ts';
import { logOutEverywhere } from '../core/commands/log-out-everywhere.ts';
import type { LogOutEverywhereDependencies } from '../core/commands/log-out-everywhere.ts';
import { refreshSession } from '../core/commands/refresh-session.ts';
import type { RefreshSessionDependencies } from '../core/commands/refresh-session.ts';
import { registerAccount } from '../core/commands/register-account.ts';
import type { RegisterAccountDependencies } from '../core/commands/register-account.ts';
import { currentAccount } from '../core/queries/current-account.ts';
import { listRevokedSessions } from '../core/queries/list-revoked-sessions.ts';
import type { ListRevokedSessionsDependencies } from '../core/queries/list-revoked-sessions.ts';
import { noStore } from './no-store.ts';
import { presentAccount, presentRevokedSessions, presentTokens } from './presenters.ts';

export interface AuthRoutesOptions {
  readonly core: RegisterAccountDependencies &
    LogInDependencies &
    RefreshSessionDependencies &
    LogOutEverywhereDependencies &
    ListRevokedSessionsDependencies;
  readonly verifier: TokenVerifier;
  /** Of the services that ask which sessions have ended. */
  readonly internalTokens: InternalTokens;
  readonly keySet: JSONWebKeySet;
}

/** Verifiers refetch on a `kid` they do not know, so this delays no rotation. */
const KEY_SET_CACHE = 'public, max-age=300';

/** The address that throttling counts by; a socket that is already gone has none. */
const addressOf = (req: Request): string => req.ip ?? 'unknown';

export const authRoutes =
  ({ core, verifier, internalTokens, keySet }: AuthRoutesOptions) =>
  (app: Express): void => {
    app.get('/.well-known/jwks.json', (_req, res) => {
      res.set('cache-control', KEY_SET_CACHE).json(keySet);
    });

    app.use('/api/v1/auth', noStore);
    app.post('/api/v1/auth/register', async (req, res) => {
      const { account } = await registerAccount(parseWith(registerRequest, req.body), core);
      res.status(201).json(presentAccount(account));
    });
    app.post('/api/v1/auth/login', async (req, res) => {
      const props = { ...parseWith(loginRequest, req.body), address: addressOf(req) };
      res.json(presentTokens(await logIn(props, core)));
    });
    app.post('/api/v1/auth/refresh', async (req, res) => {
      res.json(presentTokens(await refreshSession(parseWith(refreshRequest, req.body), core)));
    });
    app.post('/api/v1/auth/logout', async (req, res) => {
      await logOut(parseWith(logoutRequest, req.body), core);
      res.status(204).end();
    });
    app.delete('/api/v1/auth/sessions', requireUser(verifier), async (req, res) => {
      await logOutEverywhere(principalOf(req), core);
      res.status(204).end();
    });
    app.get('/api/v1/auth/me', requireUser(verifier), showMe(core));

    app.get(REVOKED_SESSIONS_PATH, requireInternal(internalTokens), showRevokedSessions(core));
  };

const showRevokedSessions =
  (core: ListRevokedSessionsDependencies): RequestHandler =>
  async (req, res) => {
    const { since, afterSessionId } = parseWith(revokedSessionsQuery, req.query);
    const from = since === undefined ? undefined : new Date(since);
    const listed = await listRevokedSessions({ since: from, afterSessionId }, core);
    res.json(presentRevokedSessions(listed, core.accessTokenTtlSeconds));
  };

const showMe =
  (core: AuthRoutesOptions['core']): RequestHandler =>
  async (req, res) => {
    res.json(presentAccount(await currentAccount(principalOf(req), core)));
  };
