import { loadConfig } from '@chatplatform/kit/config';
import { runMigration } from '@chatplatform/kit/migrate-main';
import { migrateConfig } from './config.ts';
import { openStores } from './infrastructure/stores.ts';

await runMigration('auth', async ({ logger, phase }) => {
  const config = loadConfig(migrateConfig);
  const stores = await openStores(config.SQL_ENGINE, { url: config.SQL_URL, onEventStored: () => undefined });
  try {
    logger.info({ applied: await stores.migrate(phase) }, 'schema is up to date');
  } finally {
    await stores.close();
  }
});
