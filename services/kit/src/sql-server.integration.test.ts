import { randomUUID } from 'node:crypto';
import * as sqlServer from './sql-server.ts';
import { sqlContract } from './testing/sql-contract.ts';
import { describeWith } from './testing/require-store.ts';

const openDatabase = async (url: string) => {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const admin = await sqlServer.createPool(url);
  await admin.request().batch(`CREATE DATABASE [${name}]`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const pool = await sqlServer.createPool(own.href);
  return {
    pool,
    dispose: async () => {
      await pool.close();
      await admin.request().batch(`DROP DATABASE [${name}]`);
      await admin.close();
    },
  };
};

describeWith('MSSQL_URL', 'SQL contract on SQL Server', (url) => {
  sqlContract({
    ...sqlServer,
    open: () => openDatabase(url),
    outbox: sqlServer.sqlServerOutbox,
    uniqueConstraint: 'UQ_Outbox_EventId',
  });
});
