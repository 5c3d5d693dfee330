import { expect, test } from '@jest/globals';
import { defaultCacheDirectory } from './context.ts';

test('the cache is where it was asked for, else in the XDG folder, else by who asks', () => {
  expect(defaultCacheDirectory({ CHATPLATFORM_CACHE: '/c', XDG_CACHE_HOME: '/x' }, true)).toBe('/c');
  expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, true)).toBe('/x/chatplatform');
  expect(defaultCacheDirectory({}, true)).toBe('/var/cache/chatplatform');
  expect(defaultCacheDirectory({}, false)).toMatch(/\/\.cache\/chatplatform$/);
});
