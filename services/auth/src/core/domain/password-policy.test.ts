import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLeakedPassword } from '../../infrastructure/leaked-passwords.ts';
import { passwordWeakness } from './password-policy.ts';

const context = {
  personal: ['ada.lovelace', 'ada@analytical-engine.org', 'Ada L'],
  isLeaked: isLeakedPassword,
};

describe('passwordWeakness', () => {
  it.each([
    ['unbelievable', 'leaks'],
    ['Password1234!', 'leaks'],
    ['!!!qwertyuiop111', 'leaks'],
    ['sunshinesunshinesunshine', 'repeats'],
    ['aaaaaaaaaaaa', 'repeats'],
    ['4f9-4f9-4f9-4f', 'repeats'],
    ['abcdefghijklm', 'neighbouring'],
    ['zyxwvutsrqponm', 'neighbouring'],
    ['ABCDEFGH1234', 'neighbouring'],
    ['lovelace-ada-77', 'your own name'],
    ['chatplatform99', 'your own name'],
    ['analyticalengine', 'your own name'],
  ])('refuses %s', (password, why) => {
    expect(passwordWeakness(password, context)).toContain(why);
  });

  it.each([
    'violet tram over fourteen hills',
    'T7#kpw0vXq!2z',
    'lovelace rides a purple tram',
    'пароль от семи морей',
  ])('accepts %s', (password) => {
    expect(passwordWeakness(password, context)).toBeNull();
  });

  it('refuses every leaked password that is long enough, in any letter case', () => {
    const leaked = [
      '123qweasdzxc',
      'finalfantasy',
      '1qaz2wsx3edc4rfv',
      'administrator',
      '123456789987654321',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...leaked), fc.boolean(), (password, upper) => {
        expect(passwordWeakness(upper ? password.toUpperCase() : password, context)).not.toBeNull();
      }),
    );
  });

  it('refuses any repetition of a piece of up to four characters', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 4 }),
        fc.integer({ min: 12, max: 128 }),
        (unit, length) => {
          expect(passwordWeakness(unit.repeat(length).slice(0, length), context)).not.toBeNull();
        },
      ),
    );
  });

  it('accepts random passwords', () => {
    fc.assert(
      fc.property(fc.uuid(), (password) => {
        expect(passwordWeakness(password, context)).toBeNull();
      }),
    );
  });
});
