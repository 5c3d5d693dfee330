import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile, hashTree, hashValues, listTree } from './hash.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hash-'));
  await mkdir(join(folder, 'src/deep'), { recursive: true });
  await writeFile(join(folder, 'src/a.ts'), 'a');
  await writeFile(join(folder, 'src/deep/b.ts'), 'b');
});
afterEach(() => rm(folder, { recursive: true }));

describe('hashValues', () => {
  test('tells where one value ends', () => {
    expect(hashValues(['ab', 'c'])).not.toBe(hashValues(['a', 'bc']));
  });
});

describe('hashFile', () => {
  test('is the SHA-256 of the content', async () => {
    expect(await hashFile(join(folder, 'src/a.ts'))).toBe(
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    );
  });
});

describe('hashTree', () => {
  test('is the same in another place', async () => {
    const before = await hashTree(folder, ['src']);
    const moved = `${folder}-moved`;
    await rename(folder, moved);
    expect(await hashTree(moved, ['src'])).toBe(before);
    await rename(moved, folder);
  });

  test.each([
    ['a changed file', () => writeFile(join(folder, 'src/a.ts'), 'A')],
    ['a renamed file', () => rename(join(folder, 'src/a.ts'), join(folder, 'src/c.ts'))],
    ['a new file', () => writeFile(join(folder, 'src/deep/c.ts'), '')],
    ['a new link', () => symlink('a.ts', join(folder, 'src/link'))],
  ])('differs for %s', async (_, change) => {
    const before = await hashTree(folder, ['src']);
    await change();
    expect(await hashTree(folder, ['src'])).not.toBe(before);
  });

  test('leaves out what is not accepted', async () => {
    const accept = (path: string) => path !== 'src/deep/';
    const before = await hashTree(folder, ['src'], accept);
    await writeFile(join(folder, 'src/deep/b.ts'), 'changed');
    expect(await hashTree(folder, ['src'], accept)).toBe(before);
    expect(await listTree(folder, 'src', accept)).toEqual(['src/a.ts']);
  });
});
