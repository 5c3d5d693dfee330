import { outboxMigration } from '@chatplatform/kit/postgres';
import type { Migration } from '@chatplatform/kit/postgres';

/** `*_key` holds what `loginKey` makes of its neighbour: uniqueness without regard to letter case, the same on every engine. */
export const migrations: readonly Migration[] = [
  outboxMigration,
  {
    id: 'auth-1-accounts',
    sql: `
      CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        email_key text NOT NULL UNIQUE,
        username text NOT NULL,
        username_key text NOT NULL UNIQUE,
        display_name text NOT NULL,
        roles text[] NOT NULL,
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL
      );

      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revocation_reason text
      );
      CREATE INDEX sessions_account_id ON sessions (account_id);
      CREATE INDEX sessions_expires_at ON sessions (expires_at);

      CREATE TABLE refresh_tokens (
        hash text PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
      CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

      CREATE TABLE failed_logins (
        key text PRIMARY KEY,
        failures integer NOT NULL,
        window_started_at timestamptz NOT NULL
      );
      CREATE INDEX failed_logins_window_started_at ON failed_logins (window_started_at);`,
  },
  {
    // Asked for every second by whoever verifies tokens.
    id: 'auth-2-revoked-sessions',
    sql: `CREATE INDEX sessions_revoked_at ON sessions (revoked_at) WHERE revoked_at IS NOT NULL`,
  },
];
