import { checkSchema, createPool, dueMigrations, migrate, postgresOutbox } from '@chatplatform/kit/postgres';
import type { Stores, StoresOptions } from '../stores.ts';
import { postgresAccounts } from './account-repository.ts';
import { postgresFailedLogins } from './failed-login-store.ts';
import { migrations } from './migrations.ts';
import { postgresSessions } from './session-repository.ts';

export function openPostgresStores({ url, onEventStored }: StoresOptions): Stores {
  const pool = createPool(url, { applicationName: 'auth' });
  return {
    accounts: postgresAccounts(pool, onEventStored),
    sessions: postgresSessions(pool, onEventStored),
    failedLogins: postgresFailedLogins(pool),
    outbox: postgresOutbox(pool),
    migrate: (phase) => migrate(pool, dueMigrations(migrations, phase)),
    checkSchema: () => checkSchema(pool, migrations),
    close: () => pool.end(),
  };
}
