import { createHash } from 'node:crypto';
import { toError } from './errors.ts';

/**
 * Applied once, in the order of the list. Never edited once released.
 *
 * While a new version is rolled out, the one before still runs: a migration must leave it working (expand). What takes
 * away or tightens something that only the older version needs is marked `contract`, and is applied when none of it runs
 * any more.
 */
export type Migration = { readonly id: string; readonly sql: string; readonly phase?: 'contract' };

/** `expand`: an older version still runs. `all`: none does. */
export type MigrationPhase = 'expand' | 'all';

export const dueMigrations = (
  migrations: readonly Migration[],
  phase: MigrationPhase,
): readonly Migration[] =>
  phase === 'all' ? migrations : migrations.filter((one) => one.phase !== 'contract');

export const checksumOf = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');

/**
 * What is left to apply.
 * @param applied id -> checksum of what the database has
 * @throws Error when an applied migration was edited
 */
export const missingMigrations = (
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): Migration[] => {
  const edited = migrations.find((one) => applied.has(one.id) && applied.get(one.id) !== checksumOf(one));
  if (edited !== undefined)
    throw new Error(`migration ${edited.id} was edited after it had been applied: add a new one instead`);
  return migrations.filter(({ id }) => !applied.has(id));
};

/** For readiness: a service works with and without what contracts. @throws Error that names what is not applied */
export const requireApplied = (
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): void => {
  const missing = missingMigrations(dueMigrations(migrations, 'expand'), applied).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`migrations not applied: ${missing.join(', ')}`);
};

export const migrationFailure = ({ id }: Migration, cause: unknown): Error =>
  new Error(`migration ${id} failed: ${toError(cause).message}`, { cause });
