import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { createPool } from '@chatplatform/kit/sql-server';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { storesContract } from '../../testing/stores-contract.ts';
import { openSqlServerStores } from './stores.ts';

/** `MSSQL_URL` names a server and a login that may create databases. */
describeWith('MSSQL_URL', 'stores on SQL Server', (serverUrl) => {
  const database = `auth_test_${randomBytes(6).toString('hex')}`;
  const onServer = async (statement: string): Promise<void> => {
    const pool = await createPool(serverUrl);
    await pool.request().batch(statement);
    await pool.close();
  };
  storesContract(async (onEventStored) => {
    await onServer(`CREATE DATABASE [${database}]`);
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    return openSqlServerStores({ url: url.href, onEventStored });
  });
  afterAll(() => onServer(`DROP DATABASE [${database}]`));
});
