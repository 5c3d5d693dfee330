import type { Readable } from 'node:stream';

export interface StoredObject {
  readonly stream: Readable;
  readonly bytes: number;
}

export interface ObjectStore {
  /** Creates the bucket where it is missing. Idempotent. */
  prepare(): Promise<void>;
  /** Whether the bucket is there. Rejects when the store is away. */
  hasBucket(): Promise<boolean>;
  /** Replaces what is there. Durable once it resolves. */
  put(key: string, bytes: Buffer, contentType: string): Promise<void>;
  /** null when there is none. The caller reads or destroys the stream. */
  get(key: string): Promise<StoredObject | null>;
  /** Does nothing when there is none. */
  remove(key: string): Promise<void>;
  /** Every key, in no particular order. */
  keys(): AsyncIterable<string>;
}
