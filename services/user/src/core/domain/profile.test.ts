import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeProfile, profileOf, searchKey } from './profile.ts';

const profile = profileOf({ userId: 'ada', username: 'ada', displayName: 'Ada', registeredAt: new Date(0) });
const text = fc.option(fc.string(), { nil: undefined });
const picture = fc.option(fc.option(fc.uuid(), { nil: null }), { nil: undefined });

describe('changeProfile', () => {
  it('takes over what is given, keeps the rest, and raises the revision', () => {
    fc.assert(
      fc.property(text, text, picture, (displayName, bio, avatarMediaId) => {
        const next = changeProfile(profile, { displayName, bio, avatarMediaId });
        if (next === null) return;
        expect(next).toEqual({
          ...profile,
          ...(displayName === undefined ? {} : { displayName }),
          ...(bio === undefined ? {} : { bio }),
          ...(avatarMediaId === undefined ? {} : { avatarMediaId }),
          revision: 1,
        });
      }),
    );
  });

  it('says when nothing changes', () => {
    expect(changeProfile(profile, {})).toBeNull();
    expect(changeProfile(profile, { displayName: 'Ada', bio: '', avatarMediaId: null })).toBeNull();
  });

  it('takes the picture away by null', () => {
    const pictured = { ...profile, avatarMediaId: 'm1' };
    expect(changeProfile(pictured, { avatarMediaId: null })?.avatarMediaId).toBeNull();
    expect(changeProfile(pictured, { bio: 'x' })?.avatarMediaId).toBe('m1');
  });
});

describe('searchKey', () => {
  it.each([
    ['  ADA ', 'ada'],
    ['Zoe\u0308', 'zoë'],
    ['ＡＤＡ', 'ada'],
  ])('%j -> %j', (given, key) => {
    expect(searchKey(given)).toBe(key);
  });
});
