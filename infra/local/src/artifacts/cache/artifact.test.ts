import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTestContext, type TestContext } from '../testing/context.ts';
import { type ArtifactRecipe, ensureArtifact } from './artifact.ts';

let fixture: TestContext;
beforeEach(async () => {
  fixture = await createTestContext();
});
afterEach(() => fixture.remove());

const recipe = (overrides: Partial<ArtifactRecipe> = {}): ArtifactRecipe => ({
  name: 'thing',
  version: '1.0',
  inputs: ['a'],
  title: 'Make the thing',
  build: (directory) => writeFile(join(directory, 'content'), 'made'),
  ...overrides,
});

describe('ensureArtifact', () => {
  test('makes it once, then finds it without a step', async () => {
    const first = await ensureArtifact(fixture.context, recipe());
    const second = await ensureArtifact(fixture.context, recipe({ build: () => Promise.reject(new Error('again')) }));
    expect(second).toBe(first);
    expect(await readFile(join(first, 'content'), 'utf8')).toBe('made');
    expect(fixture.titles).toEqual(['Make the thing']);
  });

  test('others may read it', async () => {
    const folder = await ensureArtifact(fixture.context, recipe());
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
  });

  test.each([{ version: '1.1' }, { inputs: ['b'] }, { inputs: ['a', ''] }])('is made anew for %j', async (change) => {
    const before = await ensureArtifact(fixture.context, recipe());
    expect(await ensureArtifact(fixture.context, recipe(change))).not.toBe(before);
  });

  test('those who ask at the same time share one making', async () => {
    let made = 0;
    const counted = recipe({
      build: async () => {
        made++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    await Promise.all([ensureArtifact(fixture.context, counted), ensureArtifact(fixture.context, counted)]);
    expect(made).toBe(1);
  });

  test('another process that asks meanwhile waits and does not make it again', async () => {
    const other = { ...fixture.context, inFlight: new Map() };
    let made = 0;
    const slow = recipe({
      build: async () => {
        made++;
        await new Promise((resolve) => setTimeout(resolve, 200));
      },
    });
    await Promise.all([ensureArtifact(fixture.context, slow), ensureArtifact(other, slow)]);
    expect(made).toBe(1);
  });

  test('a failure leaves nothing behind and the next run makes it', async () => {
    const broken = recipe({
      build: async (directory) => {
        await writeFile(join(directory, 'half'), '');
        throw new Error('no network');
      },
    });
    await expect(ensureArtifact(fixture.context, broken)).rejects.toThrow('no network');
    const left = await readdir(join(fixture.context.cacheDirectory, 'artifacts', 'thing'));
    expect(left).toEqual(['.lock']);
    const folder = await ensureArtifact(fixture.context, recipe());
    expect(await readdir(folder)).toEqual(['content']);
  });

  test('what a killed run left is removed', async () => {
    const folder = join(fixture.context.cacheDirectory, 'artifacts', 'thing');
    await mkdir(join(folder, '.partial-killed'), { recursive: true });
    const made = await ensureArtifact(fixture.context, recipe());
    expect(dirname(made)).toBe(folder);
    expect(await readdir(folder)).not.toContain('.partial-killed');
  });

  test('old builds go when there are many; young ones and the last few stay', async () => {
    const made: string[] = [];
    for (const version of ['1', '2', '3', '4', '5']) made.push(await ensureArtifact(fixture.context, recipe({ version })));
    const longAgo = Date.now() / 1000 - 30 * 24 * 3600;
    for (const [index, folder] of made.slice(0, 4).entries()) await utimes(folder, longAgo + index, longAgo + index);
    made.push(await ensureArtifact(fixture.context, recipe({ version: '6' })));
    const left = (await readdir(join(fixture.context.cacheDirectory, 'artifacts', 'thing'))).filter((name) => name !== '.lock');
    expect(left.map((name) => name.slice(0, 1)).sort()).toEqual(['4', '5', '6']);
  });

  test('what it is made of is made first, outside of its slot', async () => {
    const { context, remove } = await createTestContext(1);
    const part = recipe({ name: 'part', compile: true });
    const whole = recipe({ compile: true, needs: () => ensureArtifact(context, part) });
    await expect(ensureArtifact(context, whole)).resolves.toContain('thing');
    await remove();
  });
});
