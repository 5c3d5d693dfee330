import { loadConfig } from '@chatplatform/kit/config';
import { runMigration } from '@chatplatform/kit/migrate-main';
import { connectMongo } from '@chatplatform/kit/mongo';
import { z } from 'zod';
import { storeConfig } from './config.ts';
import { migrateSchema } from './infrastructure/mongo/schema.ts';

await runMigration('chat', async () => {
  const config = loadConfig(z.object(storeConfig));
  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  try {
    await migrateSchema(mongo.db);
  } finally {
    await mongo.close();
  }
});
