import { describe, expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { inMemoryObjectStore } from '../../testing/in-memory-object-store.ts';
import type { Media, Variant } from '../domain/media.ts';
import { objectKey } from '../domain/media.ts';
import type { MediaRepository } from '../ports/media-repository.ts';
import { expireMedia } from './expire-media.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { uploadPicture } from './upload-picture.ts';

const variant = (data: string): Variant & { data: Buffer } => ({
  contentType: 'image/webp',
  width: 1,
  height: 1,
  bytes: data.length,
  data: Buffer.from(data),
});

function setUp() {
  const known = new Map<string, Media>();
  const uploaded: unknown[] = [];
  const objects = inMemoryObjectStore();
  const media: MediaRepository = {
    async add(medium, event) {
      known.set(medium.id, medium);
      uploaded.push(event);
    },
    find: async (id) => known.get(id) ?? null,
    existing: async (ids) => new Set(ids.filter((id) => known.has(id))),
    idsBefore: async (cutoff, { after, limit }) =>
      [...known.values()]
        .filter(({ id, createdAt }) => id > after && createdAt < cutoff)
        .map(({ id }) => id)
        .sort()
        .slice(0, limit),
    remove: async (id) => void known.delete(id),
  };
  const now = new Date();
  const deps = {
    objects,
    media,
    newId,
    clock: { now: () => now },
    pictures: {
      process: async () => ({
        sourceType: 'image/png',
        variants: { thumbnail: variant('small'), display: variant('large') },
      }),
    },
  };
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const key of objects.keys()) found.push(key);
    return found;
  };
  const later = { ...deps, clock: { now: () => new Date(now.getTime() + 2 * 3_600_000) } };
  return { deps, later, uploaded, keys };
}

describe('an upload', () => {
  it('stores every variant, then the medium with its event, and no pixel data in the document', async () => {
    const { deps, uploaded, keys } = setUp();
    const ownerId = newId();
    const media = await uploadPicture(deps, { ownerId, file: Buffer.from('12345') });
    expect((await keys()).sort()).toEqual([objectKey(media.id, 'display'), objectKey(media.id, 'thumbnail')]);
    expect(uploaded).toEqual([{ mediaId: media.id, ownerId, contentType: 'image/png', bytes: 5 }]);
    expect(media.variants.display).toEqual({ contentType: 'image/webp', width: 1, height: 1, bytes: 5 });
  });
});

describe('the sweep', () => {
  it('removes what a failed upload left, once it is old enough, and nothing else', async () => {
    const { deps, later, keys } = setUp();
    const good = await uploadPicture(deps, { ownerId: newId(), file: Buffer.from('x') });
    await deps.objects.put('not-ours.txt', Buffer.from('x'), 'text/plain');
    const failing = {
      ...deps,
      media: { ...deps.media, add: () => Promise.reject(new Error('the database is away')) },
    };
    await expect(uploadPicture(failing, { ownerId: newId(), file: Buffer.from('x') })).rejects.toThrow(
      'away',
    );
    expect(await keys()).toHaveLength(5);
    expect(await sweepOrphans(deps)).toBe(0);
    expect(await sweepOrphans(later)).toBe(2);
    expect((await keys()).sort()).toEqual(
      [objectKey(good.id, 'display'), objectKey(good.id, 'thumbnail'), 'not-ours.txt'].sort(),
    );
  });

  it('copes with more orphans than it looks up at once', async () => {
    const { deps, later, keys } = setUp();
    for (let count = 0; count < 450; count += 1) {
      await deps.objects.put(objectKey(newId(), 'display'), Buffer.from('x'), 'image/webp');
    }
    expect(await sweepOrphans(later)).toBe(450);
    expect(await keys()).toEqual([]);
  });
});

describe('the expiry', () => {
  it('copes with more than it looks up at once, asks everybody, and leaves what is young or shown', async () => {
    const { deps, keys } = setUp();
    const ids: string[] = [];
    for (let count = 0; count < 450; count += 1)
      ids.push((await uploadPicture(deps, { ownerId: newId(), file: Buffer.from('x') })).id);
    const [first = '', second = ''] = [ids[0], ids[300]];
    const asked: string[] = [];
    const showing = (id: string) => ({
      shown: async (mediaIds: readonly string[]) => {
        asked.push(...mediaIds);
        return new Set(mediaIds.filter((one) => one === id));
      },
    });
    const uses = [showing(first), showing(second)];
    expect(await expireMedia({ ...deps, uses }, deps.clock.now())).toBe(0);
    const later = new Date(deps.clock.now().getTime() + 1);
    expect(await expireMedia({ ...deps, uses }, later)).toBe(448);
    expect(asked.toSorted()).toEqual([...ids, ...ids].toSorted());
    expect(new Set((await keys()).map((key) => key.split('/')[0]))).toEqual(new Set([first, second]));
  });

  it('removes nothing when one of those who may show it cannot tell', async () => {
    const { deps, keys } = setUp();
    await uploadPicture(deps, { ownerId: newId(), file: Buffer.from('x') });
    const uses = [
      { shown: async () => new Set<string>() },
      { shown: () => Promise.reject(new Error('away')) },
    ];
    const later = new Date(deps.clock.now().getTime() + 1);
    await expect(expireMedia({ ...deps, uses }, later)).rejects.toThrow('away');
    expect(await keys()).toHaveLength(2);
  });
});
