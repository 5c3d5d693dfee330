import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import type { ObjectStore } from '../core/ports/object-store.ts';

/** What every object store must do; run against the fake and against real servers alike. */
export function describeObjectStoreContract(name: string, freshStore: () => Promise<ObjectStore>): void {
  describe(`${name} keeps the contract of the object store`, () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await freshStore();
      await store.prepare();
    });

    const keysOf = async (): Promise<string[]> => {
      const keys: string[] = [];
      for await (const key of store.keys()) keys.push(key);
      return keys.sort();
    };

    it('can be prepared again and is then usable', async () => {
      await store.prepare();
      expect(await store.hasBucket()).toBe(true);
    });

    it('gives back the bytes it was given', async () => {
      const [key, bytes] = [`${newId()}/display.webp`, randomBytes(3_000_000)];
      await store.put(key, bytes, 'image/webp');
      const object = await store.get(key);
      expect(object?.bytes).toBe(bytes.length);
      if (object === null) throw new Error('not found');
      expect((await buffer(object.stream)).equals(bytes)).toBe(true);
    });

    it('replaces what is there', async () => {
      const key = `${newId()}/display.webp`;
      await store.put(key, Buffer.from('first'), 'image/webp');
      await store.put(key, Buffer.from('second'), 'image/webp');
      const object = await store.get(key);
      if (object === null) throw new Error('not found');
      expect((await buffer(object.stream)).toString()).toBe('second');
    });

    it('has nothing under a key never used', async () => {
      expect(await store.get(`${newId()}/display.webp`)).toBeNull();
    });

    it('lists every key and forgets what is removed', async () => {
      for (const key of await keysOf()) await store.remove(key);
      const keys = [`${newId()}/display.webp`, `${newId()}/thumbnail.webp`, 'odd key?.webp'].sort();
      for (const key of keys) await store.put(key, Buffer.from(key), 'image/webp');
      expect(await keysOf()).toEqual(keys);
      const [gone = '', ...left] = keys;
      await store.remove(gone);
      await store.remove(gone);
      expect(await keysOf()).toEqual(left);
      expect(await store.get(gone)).toBeNull();
    });

    it('can be left in the middle of a read', async () => {
      const key = `${newId()}/display.webp`;
      await store.put(key, randomBytes(2_000_000), 'image/webp');
      const object = await store.get(key);
      object?.stream.destroy();
      expect(await store.get(key)).not.toBeNull();
    });
  });
}
