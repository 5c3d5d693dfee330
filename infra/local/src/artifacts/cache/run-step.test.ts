import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLine } from './run-step.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('lastLine', () => {
  test.each([
    ['one\ntwo\n', 'two'],
    ['one\ntwo\n\n  \n', 'two'],
    ['one\n# go build\n', 'one'],
    ['10%\r20%\r', '20%'],
    [`${'x\n'.repeat(5000)}end`, 'end'],
    ['', undefined],
  ])('of %j', async (content, expected) => {
    const file = join(folder, 'log');
    await writeFile(file, content);
    expect(await lastLine(file)).toBe(expected);
  });

  test('of a file that is not there yet', async () => {
    expect(await lastLine(join(folder, 'nothing'))).toBeUndefined();
  });
});
