import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const root = new URL('../..', import.meta.url).pathname;
const page = readFileSync(`${root}docs/FOLDER_STRUCTURE.md`, 'utf8');
const named = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, path = '']) => path);

test('every path that the page names is there', () => {
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});

test('no top-level folder is missing from the page', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const folders = new Set(
    tracked.filter((file) => /^[a-z]+\//.test(file)).map((file) => file.split('/')[0] ?? ''),
  );
  expect([...folders].filter((folder) => !named.some((path) => path.startsWith(`${folder}/`)))).toEqual([]);
});
