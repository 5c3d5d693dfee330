import { runMigration } from '@chatplatform/kit/migrate-main';
import { createPool, dueMigrations, migrate } from '@chatplatform/kit/postgres';
import { influxOptions, loadMigrationConfig } from './config.ts';
import { openInflux } from './infrastructure/influx-connection.ts';
import { setUpInflux } from './infrastructure/influx-setup.ts';
import { migrations } from './infrastructure/postgres-figures.ts';

await runMigration('analytics', async ({ phase }) => {
  const config = loadMigrationConfig();
  const influx = influxOptions(config);
  await setUpInflux(openInflux(influx), {
    ...influx,
    retentionSeconds: config.INFLUX_RETENTION_SECONDS,
  });
  const pool = createPool(config.POSTGRES_URL, { max: 1, applicationName: 'analytics-migrate' });
  try {
    await migrate(pool, dueMigrations(migrations, phase));
  } finally {
    await pool.end();
  }
});
