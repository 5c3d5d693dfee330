import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { inTransaction, insertOutbox, isUniqueViolation } from '@chatplatform/kit/postgres';
import type { Pool, PoolClient } from 'pg';
import { isEmailLogin, loginKey } from '../../core/domain/account.ts';
import type { Account } from '../../core/domain/account.ts';
import type { AccountRepository } from '../../core/ports/account-repository.ts';

interface AccountRow {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly display_name: string;
  readonly roles: string[];
  readonly password_hash: string;
  readonly created_at: Date;
}

const SELECT = 'SELECT id, email, username, display_name, roles, password_hash, created_at FROM accounts';

const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  email: row.email,
  username: row.username,
  displayName: row.display_name,
  roles: row.roles,
  passwordHash: row.password_hash,
  createdAt: row.created_at,
});

const insert = (client: PoolClient, account: Account): Promise<unknown> =>
  client.query(
    `INSERT INTO accounts
       (id, email, email_key, username, username_key, display_name, roles, password_hash, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      account.id,
      account.email,
      loginKey(account.email),
      account.username,
      loginKey(account.username),
      account.displayName,
      account.roles,
      account.passwordHash,
      account.createdAt,
    ],
  );

export function postgresAccounts(pool: Pool, onEventStored: (event: CloudEvent) => void): AccountRepository {
  const findOne = async (condition: string, value: string): Promise<Account | null> => {
    const { rows } = await pool.query<AccountRow>(`${SELECT} WHERE ${condition} = $1`, [value]);
    return rows[0] === undefined ? null : toAccount(rows[0]);
  };
  const findByLogin = (key: string): Promise<Account | null> =>
    findOne(isEmailLogin(key) ? 'email_key' : 'username_key', key);

  return {
    async create(account, registered) {
      try {
        await inTransaction(pool, async (client) => {
          await insert(client, account);
          await insertOutbox(client, registered);
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
    findById: (id) => findOne('id', id),
    findByLogin,
    async replacePasswordHash(id, previousHash, nextHash) {
      await pool.query('UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
        id,
        previousHash,
        nextHash,
      ]);
    },
  };
}
