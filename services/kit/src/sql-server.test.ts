import { describe, expect, test } from '@jest/globals';
import { isUniqueViolation, parseSqlServerUrl } from './sql-server.ts';

describe('SQL Server URL', () => {
  test('encrypts and checks the certificate unless told otherwise', () => {
    expect(parseSqlServerUrl('mssql://sa:p%40ss%2Fword@db/auth')).toMatchObject({
      server: 'db',
      port: 1433,
      user: 'sa',
      password: 'p@ss/word',
      database: 'auth',
      options: { encrypt: true, trustServerCertificate: false, abortTransactionOnError: true },
    });
    expect(
      parseSqlServerUrl('mssql://sa:x@db:11433/auth?encrypt=false&trustServerCertificate=true'),
    ).toMatchObject({ port: 11433, options: { encrypt: false, trustServerCertificate: true } });
  });

  test.each(['postgres://a:b@db/auth', 'mssql://a:b@db', 'db:1433', ''])(
    'refuses %j, and does not repeat it',
    (url) => {
      expect(() => parseSqlServerUrl(url)).toThrow('SQL_URL: must be mssql://');
    },
  );
});

describe('unique violation', () => {
  const failure = (number: number): Error =>
    Object.assign(new Error("Violation of UNIQUE KEY constraint 'UQ_Thing_Name'."), { number });
  test('is told by number, and by name when asked', () => {
    expect([2627, 2601, 547].map((number) => isUniqueViolation(failure(number)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isUniqueViolation(failure(2627), 'UQ_Thing_Name')).toBe(true);
    expect(isUniqueViolation(failure(2627), 'UQ_Thing')).toBe(false);
  });
});
