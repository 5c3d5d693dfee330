import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { OutboxStore } from '@chatplatform/kit/outbox';
import type { MigrationPhase } from '@chatplatform/kit/sql-migration';
import type { AccountRepository } from '../core/ports/account-repository.ts';
import type { FailedLoginStore } from '../core/ports/failed-login-store.ts';
import type { SessionRepository } from '../core/ports/session-repository.ts';

/** Everything auth keeps, on one SQL engine. */
export interface Stores {
  readonly accounts: AccountRepository;
  readonly sessions: SessionRepository;
  readonly failedLogins: FailedLoginStore;
  readonly outbox: OutboxStore;
  /** Safe when several processes do so at once. */
  migrate(phase: MigrationPhase): Promise<readonly string[]>;
  /** Rejects while the server is away or a migration is missing. */
  checkSchema(): Promise<void>;
  close(): Promise<void>;
}

export interface StoresOptions {
  readonly url: string;
  /** Told of every event right after the commit that stored it. */
  readonly onEventStored: (event: CloudEvent) => void;
}

export type SqlEngine = 'PostgreSQL' | 'SQLServer';

/** Loads the driver of the engine that is used, and only that one. */
export async function openStores(engine: SqlEngine, options: StoresOptions): Promise<Stores> {
  if (engine === 'PostgreSQL') {
    const { openPostgresStores } = await import('./postgres/stores.ts');
    return openPostgresStores(options);
  }
  const { openSqlServerStores } = await import('./sql-server/stores.ts');
  return openSqlServerStores(options);
}
