import type { ObjectStore } from '../core/ports/object-store.ts';
import type { ObjectStoreConfig } from '../config.ts';

/** Loads only the library of the engine chosen. */
export async function createObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  const bucket = config.OBJECT_STORAGE_BUCKET;
  if (config.OBJECT_STORAGE_ENGINE === 'AzureBlob') {
    const { createAzureObjectStore } = await import('./azure-object-store.ts');
    return createAzureObjectStore({ connectionString: config.AZURE_BLOB_CONNECTION_STRING, bucket });
  }
  const { createS3ObjectStore } = await import('./s3-object-store.ts');
  return createS3ObjectStore({
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    accessKeyId: config.S3_ACCESS_KEY_ID,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    bucket,
  });
}
