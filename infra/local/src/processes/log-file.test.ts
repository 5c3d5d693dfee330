import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followLog, lastLines } from './log-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
  file = join(folder, 'log');
});
afterEach(() => rm(folder, { recursive: true }));

describe('lastLines', () => {
  test.each([
    ['one\ntwo\nthree\n', 'two\nthree'],
    ['one\ntwo\n\n  \n', 'one\ntwo'],
    ['one', 'one'],
    ['', ''],
  ])('of %j', async (content, expected) => {
    await writeFile(file, content);
    expect(await lastLines(file, 2)).toBe(expected);
  });

  test('passes over what was there before', async () => {
    await writeFile(file, 'old\nnew\n');
    expect(await lastLines(file, 5, 'old\n'.length)).toBe('new');
  });

  test('of a file that is not there', async () => {
    expect(await lastLines(file, 5)).toBe('(no log was written)');
  });
});

describe('followLog', () => {
  const follow = async () => {
    const lines: string[] = [];
    return { lines, follower: await followLog(file, (line) => void lines.push(line)) };
  };

  test('hands on what is added, not what was there, and the last line also without its end', async () => {
    await writeFile(file, 'before\n');
    const { lines, follower } = await follow();
    await appendFile(file, 'one\ntw');
    await appendFile(file, 'o\n10%\r20%\rend');
    await follower.stop();
    expect(lines).toEqual(['one', 'two', '10%', '20%', 'end']);
  });

  test('a line that comes in two pieces is one', async () => {
    const { lines, follower } = await follow();
    await writeFile(file, 'whole\nhal');
    while (!lines.includes('whole')) await new Promise((resolve) => setTimeout(resolve, 10));
    await appendFile(file, 'ves\n');
    await follower.stop();
    expect(lines).toEqual(['whole', 'halves']);
  });
});
