import { runMigration } from '@chatplatform/kit/migrate-main';
import { connectMongo } from '@chatplatform/kit/mongo';
import { loadMigrationConfig } from './config.ts';
import { migrateSchema } from './infrastructure/mongo-media-repository.ts';
import { createObjectStore } from './infrastructure/object-store.ts';

await runMigration('media', async () => {
  const config = loadMigrationConfig();
  const objects = await createObjectStore(config);
  await objects.prepare();
  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  try {
    await migrateSchema(mongo.db);
  } finally {
    await mongo.close();
  }
});
