import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { integrationFolders } from './suites.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every integration test is in a folder that one suite runs', async () => {
  const found = new Set<string>();
  const exclude = (path: string) => path.endsWith('node_modules');
  for await (const path of glob('*/**/*.integration.test.ts', { cwd: root, exclude }))
    found.add(path.split('/')[0] ?? '');
  expect(found.size).toBeGreaterThan(3);
  expect([...found].filter((folder) => !integrationFolders.includes(folder))).toEqual([]);
});
