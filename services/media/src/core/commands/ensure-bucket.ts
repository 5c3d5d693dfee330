import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The migration makes the bucket, once. A store that loses it afterwards gets it back here, or nobody could upload again:
 * an emulator that is killed forgets what it was told last.
 */
export async function ensureBucket(
  objects: Pick<ObjectStore, 'hasBucket' | 'prepare'>,
  onMissing: () => void,
): Promise<void> {
  if (await objects.hasBucket()) return;
  onMissing();
  await objects.prepare();
}
