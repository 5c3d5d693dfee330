import { expect, test } from '@jest/globals';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateWhenLarge } from './rotate.ts';

test('a large log moves aside while its writer goes on, and two older ones are kept', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rotate-'));
  const file = join(directory, 'x.log');
  const writer = await open(file, 'a');
  try {
    expect(await rotateWhenLarge(file, 10)).toBe(false);
    for (const round of ['first', 'second', 'third', 'fourth']) {
      await writer.write(`${round} and more\n`);
      expect(await rotateWhenLarge(file, 10)).toBe(true);
    }
    await writer.write('now\n');
    expect(await readFile(file, 'utf8')).toBe('now\n');
    expect(await readFile(`${file}.1`, 'utf8')).toBe('fourth and more\n');
    expect(await readFile(`${file}.2`, 'utf8')).toBe('third and more\n');
    await expect(stat(`${file}.3`)).rejects.toThrow('ENOENT');
    expect(await rotateWhenLarge(join(directory, 'missing.log'), 10)).toBe(false);
  } finally {
    await writer.close();
    await rm(directory, { recursive: true });
  }
});
