import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { inTransaction, insertOutbox } from '@chatplatform/kit/postgres';
import type { Pool, PoolClient } from 'pg';
import type { PresentedToken, RefreshToken, Session } from '../../core/domain/session.ts';
import type { SessionRepository } from '../../core/ports/session-repository.ts';

interface SessionRow {
  readonly id: string;
  readonly account_id: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
}

interface PresentedRow extends SessionRow {
  readonly hash: string;
  readonly token_issued_at: Date;
  readonly token_expires_at: Date;
  readonly token_used_at: Date | null;
}

const toSession = (row: SessionRow): Session => ({
  id: row.id,
  accountId: row.account_id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});

const toPresented = (row: PresentedRow): PresentedToken => ({
  session: toSession(row),
  token: {
    hash: row.hash,
    sessionId: row.id,
    issuedAt: row.token_issued_at,
    expiresAt: row.token_expires_at,
    usedAt: row.token_used_at,
  },
});

const insertToken = (client: PoolClient, token: RefreshToken): Promise<unknown> =>
  client.query(
    'INSERT INTO refresh_tokens (hash, session_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)',
    [token.hash, token.sessionId, token.issuedAt, token.expiresAt],
  );

const REVOKE_ONE = `UPDATE sessions SET revoked_at = $3, revocation_reason = $2
  WHERE id = $1 AND revoked_at IS NULL RETURNING id, account_id`;
const REVOKE_ALL = `UPDATE sessions SET revoked_at = $3, revocation_reason = $2
  WHERE account_id = $1 AND revoked_at IS NULL RETURNING id, account_id`;

/** Rolls a rotation back whose token was used, or whose session was revoked, in the meantime. */
class RotationLost extends Error {
  override readonly name = 'RotationLost';
}

const updateOne = async (client: PoolClient, sql: string, values: unknown[]): Promise<void> => {
  const { rowCount } = await client.query(sql, values);
  if (rowCount !== 1) throw new RotationLost();
};

export function postgresSessions(pool: Pool, onEventStored: (event: CloudEvent) => void): SessionRepository {
  return {
    async open(session, token) {
      await inTransaction(pool, async (client) => {
        await client.query(
          'INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)',
          [session.id, session.accountId, session.createdAt, session.expiresAt],
        );
        await insertToken(client, token);
      });
    },
    async findById(id) {
      const { rows } = await pool.query<SessionRow>(
        'SELECT id, account_id, created_at, expires_at, revoked_at FROM sessions WHERE id = $1',
        [id],
      );
      return rows[0] === undefined ? null : toSession(rows[0]);
    },
    async findByTokenHash(hash) {
      const { rows } = await pool.query<PresentedRow>(
        `SELECT s.id, s.account_id, s.created_at, s.expires_at, s.revoked_at,
           t.hash, t.issued_at AS token_issued_at, t.expires_at AS token_expires_at, t.used_at AS token_used_at
         FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
         WHERE t.hash = $1`,
        [hash],
      );
      return rows[0] === undefined ? null : toPresented(rows[0]);
    },
    async rotate(presentedHash, next) {
      try {
        await inTransaction(pool, async (client) => {
          // The session first: its row lock orders rotations and revocations of one family.
          await updateOne(
            client,
            'UPDATE sessions SET expires_at = $2 WHERE id = $1 AND revoked_at IS NULL',
            [next.sessionId, next.expiresAt],
          );
          await updateOne(
            client,
            'UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL',
            [presentedHash, next.issuedAt],
          );
          await insertToken(client, next);
        });
        return true;
      } catch (error) {
        if (error instanceof RotationLost) return false;
        throw error;
      }
    },
    async revoke(which, { reason, at, eventOf }) {
      const [statement, value] =
        'sessionId' in which ? [REVOKE_ONE, which.sessionId] : [REVOKE_ALL, which.accountId];
      const events = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ id: string; account_id: string }>(statement, [
          value,
          reason,
          at,
        ]);
        const stored = rows.map((row) => eventOf({ id: row.id, accountId: row.account_id, revokedAt: at }));
        for (const event of stored) await insertOutbox(client, event);
        return stored;
      });
      for (const event of events) onEventStored(event);
    },
    async revokedSince({ at, afterId }, limit) {
      const { rows } = await pool.query<{ id: string; account_id: string; revoked_at: Date }>(
        `SELECT id, account_id, revoked_at FROM sessions
         WHERE (revoked_at, id) > ($1, $2) ORDER BY revoked_at, id LIMIT $3`,
        [at, afterId, limit],
      );
      return rows.map((row) => ({ id: row.id, accountId: row.account_id, revokedAt: row.revoked_at }));
    },
    async deleteExpired(expiredBy, limit) {
      const { rowCount } = await pool.query(
        'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)',
        [expiredBy, limit],
      );
      await pool.query(
        'DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE expires_at <= $1 LIMIT $2)',
        [expiredBy, limit],
      );
      return rowCount ?? 0;
    },
  };
}
