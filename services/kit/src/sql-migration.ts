import { createHash } from 'node:crypto';
import { toError } from './errors.ts';

/** Applied once, in the order of the list. Never edited once released. */
export type Migration = { readonly id: string; readonly sql: string };

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

/** For readiness. @throws Error that names what is not applied */
export const requireApplied = (
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): void => {
  const missing = missingMigrations(migrations, applied).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`migrations not applied: ${missing.join(', ')}`);
};

export const migrationFailure = ({ id }: Migration, cause: unknown): Error =>
  new Error(`migration ${id} failed: ${toError(cause).message}`, { cause });
