import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = import.meta.dirname;

const sources = async (): Promise<[string, string][]> => {
  const entries = await readdir(ROOT, { recursive: true });
  const files = entries.filter((file) => /\.(ts|md)$/.test(file) && !file.includes('.test.'));
  return Promise.all(files.map(async (file) => [file, await readFile(join(ROOT, file), 'utf8')]));
};

test('the runtime has no word of what is run on it', async () => {
  const found = await sources();
  expect(found.length).toBeGreaterThan(30);
  for (const [file, text] of found) {
    const words = text.match(/\b(chat|platform|rabbitmq|mongodb|redis)\w*/gi);
    expect([file, words]).toEqual([file, null]);
  }
});

test('the runtime imports nothing from outside of it but its libraries', async () => {
  const libraries = new Set(['pino', 'prom-client', 'yaml', 'zod', '@opentelemetry/api']);
  for (const [file, text] of await sources()) {
    if (!file.endsWith('.ts')) continue;
    for (const [, from = ''] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      if (from.startsWith('node:') || libraries.has(from)) continue;
      const target = relative(ROOT, resolve(ROOT, dirname(file), from));
      expect([file, target.startsWith('..')]).toEqual([file, false]);
    }
  }
});
