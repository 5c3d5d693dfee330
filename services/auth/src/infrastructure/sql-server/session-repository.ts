import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { inTransaction, insertOutbox } from '@chatplatform/kit/sql-server';
import type { ConnectionPool } from 'mssql';
import type { PresentedToken, RefreshToken, Session } from '../../core/domain/session.ts';
import type { SessionRepository } from '../../core/ports/session-repository.ts';
import { affected, execute, types } from './statement.ts';
import type { Executor, Parameters } from './statement.ts';

interface SessionRow {
  readonly Id: string;
  readonly AccountId: string;
  readonly CreatedAt: Date;
  readonly ExpiresAt: Date;
  readonly RevokedAt: Date | null;
}

interface PresentedRow extends SessionRow {
  readonly Hash: string;
  readonly TokenIssuedAt: Date;
  readonly TokenExpiresAt: Date;
  readonly TokenUsedAt: Date | null;
}

const toSession = (row: SessionRow): Session => ({
  id: row.Id,
  accountId: row.AccountId,
  createdAt: row.CreatedAt,
  expiresAt: row.ExpiresAt,
  revokedAt: row.RevokedAt,
});

const toPresented = (row: PresentedRow): PresentedToken => ({
  session: toSession(row),
  token: {
    hash: row.Hash,
    sessionId: row.Id,
    issuedAt: row.TokenIssuedAt,
    expiresAt: row.TokenExpiresAt,
    usedAt: row.TokenUsedAt,
  },
});

const insertToken = (on: Executor, token: RefreshToken): Promise<unknown> =>
  execute(
    on,
    `INSERT INTO [RefreshTokens] ([Hash], [SessionId], [IssuedAt], [ExpiresAt])
     VALUES (@hash, @sessionId, @issuedAt, @expiresAt)`,
    {
      hash: [types.digest, token.hash],
      sessionId: [types.id, token.sessionId],
      issuedAt: [types.time, token.issuedAt],
      expiresAt: [types.time, token.expiresAt],
    },
  );

const REVOKE_ONE = `UPDATE [Sessions] SET [RevokedAt] = @revokedAt, [RevocationReason] = @reason
  OUTPUT inserted.[Id] AS [Id], inserted.[AccountId] AS [AccountId]
  WHERE [Id] = @id AND [RevokedAt] IS NULL`;
const REVOKE_ALL = `UPDATE [Sessions] SET [RevokedAt] = @revokedAt, [RevocationReason] = @reason
  OUTPUT inserted.[Id] AS [Id], inserted.[AccountId] AS [AccountId]
  WHERE [AccountId] = @id AND [RevokedAt] IS NULL`;

/** Rolls a rotation back whose token was used, or whose session was revoked, in the meantime. */
class RotationLost extends Error {
  override readonly name = 'RotationLost';
}

const updateOne = async (on: Executor, statement: string, parameters: Parameters): Promise<void> => {
  if (affected(await execute(on, statement, parameters)) !== 1) throw new RotationLost();
};

export function sqlServerSessions(
  pool: ConnectionPool,
  onEventStored: (event: CloudEvent) => void,
): SessionRepository {
  return {
    async open(session, token) {
      await inTransaction(pool, async (transaction) => {
        await execute(
          transaction,
          `INSERT INTO [Sessions] ([Id], [AccountId], [CreatedAt], [ExpiresAt])
           VALUES (@id, @accountId, @createdAt, @expiresAt)`,
          {
            id: [types.id, session.id],
            accountId: [types.id, session.accountId],
            createdAt: [types.time, session.createdAt],
            expiresAt: [types.time, session.expiresAt],
          },
        );
        await insertToken(transaction, token);
      });
    },
    async findById(id) {
      const { recordset } = await execute<SessionRow>(
        pool,
        `SELECT [Id] AS [Id], [AccountId] AS [AccountId], [CreatedAt] AS [CreatedAt], [ExpiresAt] AS [ExpiresAt],
           [RevokedAt] AS [RevokedAt]
         FROM [Sessions] WHERE [Id] = @id`,
        { id: [types.id, id] },
      );
      return recordset[0] === undefined ? null : toSession(recordset[0]);
    },
    async findByTokenHash(hash) {
      const { recordset } = await execute<PresentedRow>(
        pool,
        `SELECT [s].[Id] AS [Id], [s].[AccountId] AS [AccountId], [s].[CreatedAt] AS [CreatedAt],
           [s].[ExpiresAt] AS [ExpiresAt], [s].[RevokedAt] AS [RevokedAt], [t].[Hash] AS [Hash],
           [t].[IssuedAt] AS [TokenIssuedAt], [t].[ExpiresAt] AS [TokenExpiresAt], [t].[UsedAt] AS [TokenUsedAt]
         FROM [RefreshTokens] AS [t] INNER JOIN [Sessions] AS [s] ON [s].[Id] = [t].[SessionId]
         WHERE [t].[Hash] = @hash`,
        { hash: [types.digest, hash] },
      );
      return recordset[0] === undefined ? null : toPresented(recordset[0]);
    },
    async rotate(presentedHash, next) {
      try {
        await inTransaction(pool, async (transaction) => {
          // The session first: its row lock orders rotations and revocations of one family.
          await updateOne(
            transaction,
            'UPDATE [Sessions] SET [ExpiresAt] = @expiresAt WHERE [Id] = @id AND [RevokedAt] IS NULL',
            { id: [types.id, next.sessionId], expiresAt: [types.time, next.expiresAt] },
          );
          await updateOne(
            transaction,
            'UPDATE [RefreshTokens] SET [UsedAt] = @usedAt WHERE [Hash] = @hash AND [UsedAt] IS NULL',
            { hash: [types.digest, presentedHash], usedAt: [types.time, next.issuedAt] },
          );
          await insertToken(transaction, next);
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
      const events = await inTransaction(pool, async (transaction) => {
        const { recordset } = await execute<{ Id: string; AccountId: string }>(transaction, statement, {
          id: [types.id, value],
          reason: [types.text, reason],
          revokedAt: [types.time, at],
        });
        const stored = recordset.map((row) =>
          eventOf({ id: row.Id, accountId: row.AccountId, revokedAt: at }),
        );
        for (const event of stored) await insertOutbox(transaction, event);
        return stored;
      });
      for (const event of events) onEventStored(event);
    },
    async revokedSince({ at, afterId }, limit) {
      const { recordset } = await execute<{ Id: string; AccountId: string; RevokedAt: Date }>(
        pool,
        `SELECT TOP (@limit) [Id] AS [Id], [AccountId] AS [AccountId], [RevokedAt] AS [RevokedAt]
         FROM [Sessions] WHERE [RevokedAt] > @at OR ([RevokedAt] = @at AND [Id] > @afterId)
         ORDER BY [RevokedAt], [Id]`,
        { limit: [types.count, limit], at: [types.time, at], afterId: [types.id, afterId] },
      );
      return recordset.map((row) => ({ id: row.Id, accountId: row.AccountId, revokedAt: row.RevokedAt }));
    },
    async deleteExpired(expiredBy, limit) {
      const bounds: Parameters = { limit: [types.count, limit], expiredBy: [types.time, expiredBy] };
      const deleted = await execute(
        pool,
        'DELETE TOP (@limit) FROM [Sessions] WHERE [ExpiresAt] <= @expiredBy',
        bounds,
      );
      await execute(pool, 'DELETE TOP (@limit) FROM [RefreshTokens] WHERE [ExpiresAt] <= @expiredBy', bounds);
      return affected(deleted);
    },
  };
}
