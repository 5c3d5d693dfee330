import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { connectMongo } from '@chatplatform/kit/mongo';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { missingStore } from './testing/media-settings.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const { AMQP_URL = '', MONGODB_URL = '', AZURE_BLOB_CONNECTION_STRING = '' } = process.env;

describeWith(missingStore() ?? 'AMQP_URL', 'media as a process', () => {
  const name = `media-${newId().slice(-12)}`;
  const stores = {
    MONGODB_URL,
    MONGODB_DATABASE: name,
    OBJECT_STORAGE_ENGINE: 'AzureBlob',
    OBJECT_STORAGE_BUCKET: name,
    AZURE_BLOB_CONNECTION_STRING,
  };

  it('names every setting that is wrong or missing, and ends', async () => {
    const program = runProgram({ cwd, args: SERVE, env: { MONGODB_URL, OBJECT_STORAGE_ENGINE: 'Tape' } });
    expect(await program.exited).toBe(1);
    for (const key of ['AMQP_URL', 'OBJECT_STORAGE_ENGINE', 'MEDIA_URL_SIGNING_KEY']) {
      expect(program.output()).toContain(key);
    }
  });

  it('starts by its configuration alone, is ready once migrated, and ends when told to', async () => {
    const managementPort = await freePort();
    const service = runProgram({
      cwd,
      args: SERVE,
      env: {
        ...stores,
        HTTP_PORT: '0',
        MANAGEMENT_PORT: String(managementPort),
        AMQP_URL,
        PUBLIC_URL: 'http://127.0.0.1',
        JWKS_URL: 'http://127.0.0.1:1/',
        CHAT_URL: 'http://127.0.0.1:1/',
        USER_URL: 'http://127.0.0.1:1/',
        INTERNAL_TOKEN_KEY: randomBytes(32).toString('base64'),
        MEDIA_URL_SIGNING_KEY: randomBytes(32).toString('base64'),
      },
    });
    await eventually(
      () => readiness(managementPort),
      (status) => status === 503,
    );
    const migrations = [1, 2].map(() => runProgram({ cwd, args: ['src/migrate.ts'], env: stores }));
    for (const migration of migrations) {
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
    }
    await eventually(
      () => readiness(managementPort),
      (status) => status === 200,
    );
    service.child.kill('SIGTERM');
    expect({ code: await service.exited, output: service.output() }).toMatchObject({ code: 0 });
    const mongo = await connectMongo({ url: MONGODB_URL, database: name });
    await mongo.db.dropDatabase();
    await mongo.close();
  });
});
