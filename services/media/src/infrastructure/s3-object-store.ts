import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '../core/ports/object-store.ts';

export interface S3Options {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}

export function createS3ObjectStore(options: S3Options): ObjectStore {
  const { bucket: Bucket, accessKeyId, secretAccessKey } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId, secretAccessKey },
    // Servers other than Amazon's rarely have a host name a bucket.
    forcePathStyle: true,
    maxAttempts: 3,
  });
  return {
    async prepare() {
      try {
        await client.send(new CreateBucketCommand({ Bucket }));
      } catch (error) {
        if (!isOneOf(error, ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'])) throw error;
      }
    },
    async hasBucket() {
      try {
        await client.send(new HeadBucketCommand({ Bucket }));
        return true;
      } catch (error) {
        if (isOneOf(error, ['NotFound', 'NoSuchBucket'])) return false;
        throw error;
      }
    },
    async put(key, bytes, contentType) {
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes, ContentType: contentType }));
    },
    async get(key) {
      try {
        const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
        if (!(Body instanceof Readable)) throw new Error('the object came without a stream');
        return { stream: Body, bytes: ContentLength };
      } catch (error) {
        if (isOneOf(error, ['NoSuchKey', 'NotFound'])) return null;
        throw error;
      }
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    async *keys() {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        for (const { Key } of Contents) if (Key !== undefined) yield Key;
      }
    },
  };
}

function isOneOf(error: unknown, names: readonly string[]): boolean {
  return error instanceof S3ServiceException && names.includes(error.name);
}
