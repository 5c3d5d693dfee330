import { expect, test } from '@jest/globals';
import { setTyping, TYPING_LAPSES_AFTER_MS, typingNow } from './typing.ts';

test('a signal lapses unless it is repeated or taken back', () => {
  const typing = setTyping(new Map(), { channelId: 'c', userId: 'u', typing: true }, 1000);
  expect(typingNow(typing, 'c', 1001)).toEqual(['u']);
  expect(typingNow(typing, 'other', 1001)).toEqual([]);
  expect(typingNow(typing, 'c', 1000 + TYPING_LAPSES_AFTER_MS)).toEqual([]);
  const stopped = setTyping(typing, { channelId: 'c', userId: 'u', typing: false }, 1500);
  expect(typingNow(stopped, 'c', 1501)).toEqual([]);
});
