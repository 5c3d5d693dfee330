import { loadConfig } from '@chatplatform/kit/config';
import { runMigration } from '@chatplatform/kit/migrate-main';
import { connectMongo } from '@chatplatform/kit/mongo';
import { migrateConfig } from './config.ts';
import { migrateSchema } from './infrastructure/mongo/schema.ts';

await runMigration('user', async () => {
  const config = loadConfig(migrateConfig);
  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  try {
    await migrateSchema(mongo.db);
  } finally {
    await mongo.close();
  }
});
