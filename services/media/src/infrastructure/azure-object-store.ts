import { Readable } from 'node:stream';
import { BlobServiceClient, RestError } from '@azure/storage-blob';
import type { ObjectStore } from '../core/ports/object-store.ts';

export function createAzureObjectStore(options: { connectionString: string; bucket: string }): ObjectStore {
  const container = BlobServiceClient.fromConnectionString(options.connectionString, {
    retryOptions: { maxTries: 3, tryTimeoutInMs: 30_000 },
  }).getContainerClient(options.bucket);
  return {
    async prepare() {
      await container.createIfNotExists();
    },
    hasBucket: () => container.exists(),
    async put(key, bytes, contentType) {
      await container
        .getBlockBlobClient(key)
        .uploadData(bytes, { blobHTTPHeaders: { blobContentType: contentType } });
    },
    async get(key) {
      try {
        const { readableStreamBody, contentLength = 0 } = await container.getBlobClient(key).download();
        // undefined only in browsers
        if (readableStreamBody === undefined) throw new Error('the blob came without a stream');
        return { stream: Readable.from(readableStreamBody), bytes: contentLength };
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 404) return null;
        throw error;
      }
    },
    async remove(key) {
      await container.getBlobClient(key).deleteIfExists();
    },
    async *keys() {
      for await (const { name } of container.listBlobsFlat()) yield name;
    },
  };
}
