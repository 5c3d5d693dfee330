import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { artefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

describe('generated files', () => {
  test('are what the sources say: else run `npm run generate -w operator`', async () => {
    const expected = artefacts({ rules: await read('observability/prometheus/rules.yaml') });
    for (const [path, content] of Object.entries(expected)) {
      expect([path, await read(path)]).toEqual([path, content]);
    }
  });
});
