import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFile } from '../cache/hash.ts';
import { createTestContext, type TestContext } from '../testing/context.ts';
import { ensureLayer, type LayerRecipe, modificationTime } from './layer.ts';

let fixture: TestContext;
beforeEach(async () => {
  fixture = await createTestContext();
});
afterEach(() => fixture.remove());

const recipe = (build: LayerRecipe['build'], inputs: readonly string[] = []): LayerRecipe => ({
  name: 'test',
  version: '1',
  inputs,
  title: 'Pack',
  build,
});

const fill = (time: number, order: readonly string[]) => async (root: string) => {
  for (const name of order) {
    await mkdir(join(root, 'usr'), { recursive: true });
    await writeFile(join(root, 'usr', name), name);
    await utimes(join(root, 'usr', name), time, time);
  }
  await symlink('usr/a', join(root, 'link'));
};

describe('ensureLayer', () => {
  test('the same files are the same bytes, whenever and in whatever order they were written', async () => {
    const other = await createTestContext();
    const first = await ensureLayer(fixture.context, recipe(fill(1000, ['a', 'b'])));
    const second = await ensureLayer(other.context, recipe(fill(2000, ['b', 'a'])));
    expect(second.digest).toBe(first.digest);
    await other.remove();
  });

  test('its digest and size are those of the file, which belongs to root and holds no folder of the build', async () => {
    const layer = await ensureLayer(fixture.context, recipe(fill(1000, ['a'])));
    expect(layer.digest).toBe(`sha256:${await hashFile(layer.file)}`);
    const listing = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '-f', layer.file], { encoding: 'utf8' });
    const lines = listing.trim().split('\n').map((line) => line.split(/\s+/));
    expect(lines.map((line) => line[1])).toEqual(['0/0', '0/0', '0/0', '0/0']);
    expect(lines.map((line) => line[5])).toEqual(['./', './link', './usr/', './usr/a']);
    expect(await readdir(dirname(layer.file))).toEqual(expect.not.arrayContaining(['root']));
  });
});

describe('modificationTime', () => {
  test('follows from the content, so that two builds of a page do not share an ETag', () => {
    expect(modificationTime(['a'])).toBe(modificationTime(['a']));
    expect(modificationTime(['a'])).not.toBe(modificationTime(['b']));
  });

  test('lies in the past', () => {
    for (const input of ['a', 'b', 'c']) {
      expect(modificationTime([input])).toBeLessThan(Date.UTC(2025, 0, 1) / 1000);
    }
  });
});
