import { expect, test } from '@jest/globals';
import { homedir } from 'node:os';
import { defaultCacheDirectory } from './context.ts';

const ofUser = `${homedir()}/.cache/chatplatform`;

test.each<[NodeJS.ProcessEnv, boolean, string]>([
  [{ CHATPLATFORM_CACHE: '/data/cache', XDG_CACHE_HOME: '/xdg' }, true, '/data/cache'],
  [{ CHATPLATFORM_CACHE: '', XDG_CACHE_HOME: '/xdg' }, true, '/xdg/chatplatform'],
  [{ XDG_CACHE_HOME: '' }, false, ofUser],
  [{}, false, ofUser],
  [{}, true, '/var/cache/chatplatform'],
])('cache folder for %j, root: %s', (environment, isRoot, folder) => {
  expect(defaultCacheDirectory(environment, isRoot)).toBe(folder);
});
