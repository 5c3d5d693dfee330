import { describe, expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { ensureBucket } from '../core/commands/ensure-bucket.ts';
import type { ObjectStore } from '../core/ports/object-store.ts';
import { describeObjectStoreContract } from '../testing/object-store-contract.ts';
import { createAzureObjectStore } from './azure-object-store.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

const { AZURE_BLOB_CONNECTION_STRING, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env;
const bucket = `test-${newId().slice(-12)}`;

async function expectBucketIsMade(store: ObjectStore): Promise<void> {
  const warnings: string[] = [];
  const ensure = () => ensureBucket(store, () => void warnings.push('missing'));
  expect(await store.hasBucket()).toBe(false);
  await ensure();
  expect(await store.hasBucket()).toBe(true);
  await ensure();
  expect(warnings).toEqual(['missing']);
}

if (AZURE_BLOB_CONNECTION_STRING === undefined) {
  describe.skip('Azure Blob (needs AZURE_BLOB_CONNECTION_STRING)', () => {
    it('keeps the contract of the object store', () => undefined);
  });
} else {
  const connectionString = AZURE_BLOB_CONNECTION_STRING;
  describeObjectStoreContract('Azure Blob', async () => createAzureObjectStore({ connectionString, bucket }));

  describe('Azure Blob', () => {
    it('gets a container that is missing', async () => {
      await expectBucketIsMade(
        createAzureObjectStore({ connectionString, bucket: `none-${newId().slice(-12)}` }),
      );
    });
  });
}

if (S3_ENDPOINT === undefined) {
  describe.skip('S3 (needs S3_ENDPOINT)', () => {
    it('keeps the contract of the object store', () => undefined);
  });
} else {
  const options = {
    endpoint: S3_ENDPOINT,
    region: process.env['S3_REGION'] ?? 'us-east-1',
    accessKeyId: S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: S3_SECRET_ACCESS_KEY ?? '',
  };
  describeObjectStoreContract('S3', async () => createS3ObjectStore({ ...options, bucket }));

  describe('S3', () => {
    it('gets a bucket that is missing', async () => {
      await expectBucketIsMade(createS3ObjectStore({ ...options, bucket: `none-${newId().slice(-12)}` }));
    });
  });
}
