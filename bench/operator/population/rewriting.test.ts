import { describe, expect, it } from '@jest/globals';
import { Rewriting } from './rewriting.ts';

describe('a rewriting', () => {
  it('replaces words wherever they stand, also in names and texts', () => {
    const rewriting = new Rewriting([['chat-0001', 'chat-0900']]);
    expect(rewriting.of({ 'chat-0001': ['see chat-0001-redis'], port: 1 })).toEqual({
      'chat-0900': ['see chat-0900-redis'],
      port: 1,
    });
  });

  it('prefers the longer of two words that begin alike', () => {
    const rewriting = new Rewriting([
      ['chat-1', 'chat-2'],
      ['chat-1-migrate-abc', 'chat-2-migrate-xyz'],
    ]);
    expect(rewriting.of('chat-1-migrate-abc of chat-1')).toBe('chat-2-migrate-xyz of chat-2');
  });

  it('takes no character of a word for a pattern, and no quote for the end of a text', () => {
    expect(new Rewriting([['a.b "c"', 'd']]).of(['a.b "c"', 'axb'])).toEqual(['d', 'axb']);
  });

  it('learns what differs between two things, and leaves out what it can say already', () => {
    const rewriting = new Rewriting([['chat-1', 'chat-2']]);
    rewriting.learn(
      { name: 'chat-1-web', annotations: { hash: 'aaa' }, env: [{ value: 'same' }], count: 1 },
      { name: 'chat-2-web', annotations: { hash: 'bbb' }, env: [{ value: 'same' }], count: 2 },
    );
    expect(rewriting.of('chat-1-web aaa same 1')).toBe('chat-2-web bbb same 1');
  });

  it('of no words says the same', () => {
    expect(new Rewriting([]).of({ a: 'b' })).toEqual({ a: 'b' });
  });
});
