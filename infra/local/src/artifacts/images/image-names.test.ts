import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunSource } from './application-layers.ts';
import { imageNames } from './image-names.ts';

test('every image has a full and unique name with a tag', () => {
  const names = Object.values(imageNames);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^docker\.io\/chatplatform\/[a-z-]+:[0-9][0-9a-z.-]*$/);
});

test.each(['azurite', 'maildev'] as const)('the tag of %s is the version that its lockfile fetches', async (program) => {
  const file = join(import.meta.dirname, '../../../images', program, 'package.json');
  const { dependencies } = JSON.parse(await readFile(file, 'utf8'));
  expect(imageNames[program].split(':').at(-1)).toBe(dependencies[program]);
});

test.each([
  ['services/auth/src/main.ts', true],
  ['services/auth/package.json', true],
  ['services/auth/src/core/passwords.txt', true],
  ['services/auth/src/main.test.ts', false],
  ['services/auth/src/main.integration.test.ts', false],
  ['services/auth/node_modules/', false],
  ['services/auth/src/testing/', false],
  ['services/Dockerfile', false],
])('%s in an image: %s', (path, expected) => {
  expect(isRunSource(path)).toBe(expected);
});
