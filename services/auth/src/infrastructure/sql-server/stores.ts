import {
  checkSchema,
  createPool,
  dueMigrations,
  migrate,
  sqlServerOutbox,
} from '@chatplatform/kit/sql-server';
import type { Stores, StoresOptions } from '../stores.ts';
import { sqlServerAccounts } from './account-repository.ts';
import { sqlServerFailedLogins } from './failed-login-store.ts';
import { migrations } from './migrations.ts';
import { sqlServerSessions } from './session-repository.ts';

/** @throws when the server is away: unlike pg's, the driver's pool has to be connected before its first use */
export async function openSqlServerStores({ url, onEventStored }: StoresOptions): Promise<Stores> {
  const pool = await createPool(url);
  return {
    accounts: sqlServerAccounts(pool, onEventStored),
    sessions: sqlServerSessions(pool, onEventStored),
    failedLogins: sqlServerFailedLogins(pool),
    outbox: sqlServerOutbox(pool),
    migrate: (phase) => migrate(pool, dueMigrations(migrations, phase)),
    checkSchema: () => checkSchema(pool, migrations),
    close: () => pool.close(),
  };
}
