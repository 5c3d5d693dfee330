import { Readable } from 'node:stream';
import type { ObjectStore } from '../core/ports/object-store.ts';

export function inMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  return {
    prepare: async () => undefined,
    hasBucket: async () => true,
    async put(key, bytes) {
      objects.set(key, bytes);
    },
    async get(key) {
      const bytes = objects.get(key);
      return bytes === undefined ? null : { stream: Readable.from([bytes]), bytes: bytes.length };
    },
    async remove(key) {
      objects.delete(key);
    },
    async *keys() {
      yield* [...objects.keys()];
    },
  };
}
