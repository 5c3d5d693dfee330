import { expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { ensureMongoStandIn } from '../../../../infra/local/src/artifacts/index.ts';
import { startMongodb } from '../../../../infra/local/src/stores/mongodb.ts';
import { LoginBench, plain } from '../../../test/login-bench.ts';
import type { Platform } from '../model.ts';
import type { Login } from '../secrets/logins.ts';
import { mongodbLogins } from './logins.ts';

/** Against the stand-in of the embedded node, which has users for it: no MongoDB runs where these tests do. */
const bench = LoginBench.use();

test('MongoDB’s users are made and removed by one another, and a restart brings none back', async () => {
  const program = await ensureMongoStandIn(bench.artifacts);
  const start = () => startMongodb(bench.context, program);
  let store = await start();
  bench.endWithFile({ stop: () => store.stop() });
  const addressOf = () => new URL(store.settings['MONGODB_URL'] ?? '');
  const from: Platform = {
    ...plain,
    credentials: { ...plain.credentials, mongodbPassword: addressOf().password },
  };
  const open = ({ user: username, password }: Login) =>
    MongoClient.connect(`mongodb://${addressOf().host}/?authSource=admin`, { auth: { username, password } });
  const letsIn = async (login: Login) => {
    try {
      await (await open(login)).close();
      return true;
    } catch (error) {
      expect(String(error)).toMatch(/Authentication failed/);
      return false;
    }
  };
  let step = 0;
  const { used, refused } = await bench.expectOnlyAccepted({
    store: 'mongodb',
    from,
    setup: mongodbLogins,
    port: Number(addressOf().port),
    letsIn,
    // What one has written is another's to read and to change.
    meanwhile: async (logins) => {
      step += 1;
      for (const login of logins) {
        const client = await open(login);
        const documents = client.db('chat').collection('documents');
        await documents.updateOne({ name: 'shared' }, { $set: { step } }, { upsert: true });
        expect(await documents.countDocuments()).toBe(1);
        await client.close();
      }
    },
  });
  const wrong = await bench.apply(
    mongodbLogins({ ...from, credentials: { ...from.credentials, mongodbPassword: 'another' } }),
    Number(addressOf().port),
  );
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('Authentication failed') });
  // Its environment still names the first user, with the password of then.
  await store.stop();
  store = await start();
  expect([await letsIn(refused), await letsIn(used)]).toEqual([false, true]);
}, 120_000);
