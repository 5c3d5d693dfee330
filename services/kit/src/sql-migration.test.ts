import { expect, test } from '@jest/globals';
import { checksumOf, dueMigrations, missingMigrations, requireApplied } from './sql-migration.ts';
import type { Migration } from './sql-migration.ts';

const rename: readonly Migration[] = [
  { id: '1-name', sql: 'add name' },
  { id: '2-drop-nick', sql: 'drop nick', phase: 'contract' },
  { id: '3-mail', sql: 'add mail' },
];
const ids = (migrations: readonly Migration[]) => migrations.map(({ id }) => id);
const applied = (...done: string[]) =>
  new Map(rename.filter(({ id }) => done.includes(id)).map((one) => [one.id, checksumOf(one)]));

test('what contracts is held back while an older version runs', () => {
  expect(ids(dueMigrations(rename, 'expand'))).toEqual(['1-name', '3-mail']);
  expect(ids(dueMigrations(rename, 'all'))).toEqual(['1-name', '2-drop-nick', '3-mail']);
});

test('and is applied afterwards, though later ones already are', () => {
  expect(ids(missingMigrations(rename, applied('1-name', '3-mail')))).toEqual(['2-drop-nick']);
});

test('a service is ready without it, and not without the rest', () => {
  expect(() => requireApplied(rename, applied('1-name', '3-mail'))).not.toThrow();
  expect(() => requireApplied(rename, applied('1-name', '2-drop-nick'))).toThrow('3-mail');
});
