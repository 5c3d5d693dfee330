import { afterAll } from '@jest/globals';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { createTestSchema } from '../../testing/postgres.ts';
import type { TestSchema } from '../../testing/postgres.ts';
import { storesContract } from '../../testing/stores-contract.ts';
import { openPostgresStores } from './stores.ts';

describeWith('POSTGRES_URL', 'stores on PostgreSQL', (serverUrl) => {
  let schema: TestSchema | undefined;
  storesContract(async (onEventStored) => {
    schema = await createTestSchema(serverUrl);
    return openPostgresStores({ url: schema.url, onEventStored });
  });
  afterAll(() => schema?.drop());
});
