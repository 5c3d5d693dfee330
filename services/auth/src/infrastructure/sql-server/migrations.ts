import { outboxMigration } from '@chatplatform/kit/sql-server';
import type { Migration } from '@chatplatform/kit/sql-server';

/**
 * Ids are CHAR(36) and not UNIQUEIDENTIFIER, which sorts by its last bytes first and would scatter UUIDv7 over the
 * clustered index. Keys are compared by code point (BIN2): the database's collation may ignore case, accents, or that
 * `ß` is not `ss`, and `*Key` columns hold what `loginKey` made on every engine alike.
 */
export const migrations: readonly Migration[] = [
  outboxMigration,
  {
    id: 'auth-1-accounts',
    sql: `
      CREATE TABLE [Accounts] (
        [Id] CHAR(36) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [PK_Accounts] PRIMARY KEY,
        [Email] NVARCHAR(254) NOT NULL,
        [EmailKey] NVARCHAR(254) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [UQ_Accounts_EmailKey] UNIQUE,
        [Username] NVARCHAR(64) NOT NULL,
        [UsernameKey] NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [UQ_Accounts_UsernameKey] UNIQUE,
        [DisplayName] NVARCHAR(128) NOT NULL,
        [Roles] NVARCHAR(MAX) NOT NULL,
        [PasswordHash] NVARCHAR(255) COLLATE Latin1_General_BIN2 NOT NULL,
        [CreatedAt] DATETIME2(3) NOT NULL
      );
      CREATE TABLE [Sessions] (
        [Id] CHAR(36) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [PK_Sessions] PRIMARY KEY,
        [AccountId] CHAR(36) COLLATE Latin1_General_BIN2 NOT NULL
          CONSTRAINT [FK_Sessions_Accounts] FOREIGN KEY REFERENCES [Accounts] ([Id]) ON DELETE CASCADE,
        [CreatedAt] DATETIME2(3) NOT NULL,
        [ExpiresAt] DATETIME2(3) NOT NULL,
        [RevokedAt] DATETIME2(3) NULL,
        [RevocationReason] NVARCHAR(64) NULL
      );
      CREATE INDEX [IX_Sessions_AccountId] ON [Sessions] ([AccountId]);
      CREATE INDEX [IX_Sessions_ExpiresAt] ON [Sessions] ([ExpiresAt]);
      CREATE TABLE [RefreshTokens] (
        [Hash] CHAR(64) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [PK_RefreshTokens] PRIMARY KEY,
        [SessionId] CHAR(36) COLLATE Latin1_General_BIN2 NOT NULL
          CONSTRAINT [FK_RefreshTokens_Sessions] FOREIGN KEY REFERENCES [Sessions] ([Id]) ON DELETE CASCADE,
        [IssuedAt] DATETIME2(3) NOT NULL,
        [ExpiresAt] DATETIME2(3) NOT NULL,
        [UsedAt] DATETIME2(3) NULL
      );
      CREATE INDEX [IX_RefreshTokens_SessionId] ON [RefreshTokens] ([SessionId]);
      CREATE INDEX [IX_RefreshTokens_ExpiresAt] ON [RefreshTokens] ([ExpiresAt]);
      CREATE TABLE [FailedLogins] (
        [Key] NVARCHAR(80) COLLATE Latin1_General_BIN2 NOT NULL CONSTRAINT [PK_FailedLogins] PRIMARY KEY,
        [Failures] INT NOT NULL,
        [WindowStartedAt] DATETIME2(3) NOT NULL
      );
      CREATE INDEX [IX_FailedLogins_WindowStartedAt] ON [FailedLogins] ([WindowStartedAt]);`,
  },
  {
    // Asked for every second by whoever verifies tokens.
    id: 'auth-2-revoked-sessions',
    sql: `CREATE INDEX [IX_Sessions_RevokedAt] ON [Sessions] ([RevokedAt])`,
  },
];
