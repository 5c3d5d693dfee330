import { afterAll } from '@jest/globals';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { storesContract } from '../../testing/stores-contract.ts';
import { openPostgresStores } from './stores.ts';

describeWith('POSTGRES_URL', 'stores on PostgreSQL', (serverUrl) => {
  let dispose = async (): Promise<void> => undefined;
  storesContract(async (onEventStored) => {
    const schema = await openSchema(serverUrl);
    ({ dispose } = schema);
    return openPostgresStores({ url: schema.url, onEventStored });
  });
  afterAll(() => dispose());
});
