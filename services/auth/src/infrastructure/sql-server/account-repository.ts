import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { inTransaction, insertOutbox, isUniqueViolation } from '@chatplatform/kit/sql-server';
import type { ConnectionPool } from 'mssql';
import { z } from 'zod';
import { isEmailLogin, loginKey } from '../../core/domain/account.ts';
import type { Account } from '../../core/domain/account.ts';
import type { AccountRepository } from '../../core/ports/account-repository.ts';
import { execute, types } from './statement.ts';
import type { Executor, Parameters } from './statement.ts';

interface AccountRow {
  readonly Id: string;
  readonly Email: string;
  readonly Username: string;
  readonly DisplayName: string;
  /** A JSON array of strings. */
  readonly Roles: string;
  readonly PasswordHash: string;
  readonly CreatedAt: Date;
}

const COLUMNS = `[Id] AS [Id], [Email] AS [Email], [Username] AS [Username], [DisplayName] AS [DisplayName],
  [Roles] AS [Roles], [PasswordHash] AS [PasswordHash], [CreatedAt] AS [CreatedAt]`;
const SELECT_BY_ID = `SELECT ${COLUMNS} FROM [Accounts] WHERE [Id] = @id`;
const SELECT_BY_EMAIL = `SELECT ${COLUMNS} FROM [Accounts] WHERE [EmailKey] = @loginKey`;
const SELECT_BY_USERNAME = `SELECT ${COLUMNS} FROM [Accounts] WHERE [UsernameKey] = @loginKey`;

const roles = z.array(z.string());

const toAccount = (row: AccountRow): Account => ({
  id: row.Id,
  email: row.Email,
  username: row.Username,
  displayName: row.DisplayName,
  roles: roles.parse(JSON.parse(row.Roles)),
  passwordHash: row.PasswordHash,
  createdAt: row.CreatedAt,
});

const insert = (on: Executor, account: Account): Promise<unknown> =>
  execute(
    on,
    `INSERT INTO [Accounts]
       ([Id], [Email], [EmailKey], [Username], [UsernameKey], [DisplayName], [Roles], [PasswordHash], [CreatedAt])
     VALUES (@id, @email, @emailKey, @username, @usernameKey, @displayName, @roles, @passwordHash, @createdAt)`,
    {
      id: [types.id, account.id],
      email: [types.login, account.email],
      emailKey: [types.login, loginKey(account.email)],
      username: [types.login, account.username],
      usernameKey: [types.login, loginKey(account.username)],
      displayName: [types.text, account.displayName],
      roles: [types.longText, JSON.stringify(account.roles)],
      passwordHash: [types.text, account.passwordHash],
      createdAt: [types.time, account.createdAt],
    },
  );

export function sqlServerAccounts(
  pool: ConnectionPool,
  onEventStored: (event: CloudEvent) => void,
): AccountRepository {
  const findOne = async (statement: string, parameters: Parameters): Promise<Account | null> => {
    const { recordset } = await execute<AccountRow>(pool, statement, parameters);
    return recordset[0] === undefined ? null : toAccount(recordset[0]);
  };
  const findByLogin = (key: string): Promise<Account | null> =>
    findOne(isEmailLogin(key) ? SELECT_BY_EMAIL : SELECT_BY_USERNAME, { loginKey: [types.login, key] });

  return {
    async create(account, registered) {
      try {
        await inTransaction(pool, async (transaction) => {
          await insert(transaction, account);
          await insertOutbox(transaction, registered);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        if ((await findByLogin(loginKey(account.email))) !== null) return 'email-taken';
        if ((await findByLogin(loginKey(account.username))) !== null) return 'username-taken';
        throw error;
      }
      onEventStored(registered);
      return 'created';
    },
    findById: (id) => findOne(SELECT_BY_ID, { id: [types.id, id] }),
    findByLogin,
    async replacePasswordHash(id, previousHash, nextHash) {
      await execute(
        pool,
        'UPDATE [Accounts] SET [PasswordHash] = @nextHash WHERE [Id] = @id AND [PasswordHash] = @previousHash',
        {
          id: [types.id, id],
          previousHash: [types.text, previousHash],
          nextHash: [types.text, nextHash],
        },
      );
    },
  };
}
