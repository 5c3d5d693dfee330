import { describe, expect, test } from '@jest/globals';
import { PEM, WORDS, keyRotation } from './key-rotation.ts';
import { nextRotationStep } from './rotation.ts';
import type { RotationFacts } from './rotation.ts';

const pem = (name: string) => `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`;
const MINUTE = 60_000;

const facts = (given: Partial<RotationFacts<string>>): RotationFacts<string> => ({
  request: 'jwt-1',
  state: undefined,
  value: pem('old'),
  settled: true,
  mayBegin: true,
  now: 0,
  ...given,
});
const course = keyRotation({ form: PEM, newKey: () => pem('new'), lifetimeMs: 10 * MINUTE });
const step = (given: Partial<RotationFacts<string>>) => nextRotationStep(course, facts(given));

describe('a rotation of signing keys', () => {
  test('begins by publishing the new key behind the one that signs', () => {
    expect(step({})).toEqual({
      state: { request: 'jwt-1', phase: 'Publishing', since: 0 },
      value: pem('old') + pem('new'),
    });
  });

  test('is not begun without being asked for, nor outside the maintenance window', () => {
    expect(step({ request: undefined })).toBeUndefined();
    expect(step({ mayBegin: false })).toBeUndefined();
  });

  test('goes all its way, with both keys known whenever both may have signed', () => {
    let given = facts({});
    const seen: string[] = [];
    for (let now = 0; now < 15 * MINUTE; now += 5_000) {
      const next = nextRotationStep(course, { ...given, now });
      if (next === undefined) continue;
      given = { ...given, ...next };
      const keys = given.value.match(/old|new/g)?.join(' ');
      if (next.state.settledAt === undefined) seen.push(`${now / 1000} ${next.state.phase}: ${keys}`);
    }
    expect(seen).toEqual([
      '0 Publishing: old new',
      '35 Signing: new old',
      // A token signed with the old key just before every Pod had changed lives ten minutes.
      '670 Done: new',
    ]);
  });

  test('keeps keys that are no PEM blocks as words', () => {
    const words = keyRotation({ form: WORDS, newKey: () => 'new', lifetimeMs: MINUTE });
    const { value } = words.begin('old');
    expect(value).toBe('old new');
    expect(words.after('Publishing', value)).toEqual({ phase: 'Signing', value: 'new old' });
    expect(words.after('Signing', 'new old')).toEqual({ phase: 'Done', value: 'new' });
  });

  test('waits, however long, until every Pod works with the keys of its phase', () => {
    const state = { request: 'jwt-1', phase: 'Signing' as const, since: 0 };
    const value = pem('new') + pem('old');
    expect(step({ state, value, settled: false, now: 100 * MINUTE })).toBeUndefined();
    const settled = step({ state, value, now: 100 * MINUTE });
    expect(settled).toEqual({ state: { ...state, settledAt: 100 * MINUTE }, value });
    expect(step({ ...settled, now: 109 * MINUTE })).toBeUndefined();
  });

  test('that has begun is finished, whatever is asked for meanwhile', () => {
    const state = { request: 'jwt-1', phase: 'Publishing' as const, since: 0, settledAt: 0 };
    const next = step({
      request: 'jwt-2',
      mayBegin: false,
      state,
      value: pem('old') + pem('new'),
      now: MINUTE,
    });
    expect(next?.state).toEqual({ request: 'jwt-1', phase: 'Signing', since: MINUTE });
  });

  test('is done once for each request', () => {
    const state = { request: 'jwt-1', phase: 'Done' as const, since: 0 };
    expect(step({ state })).toBeUndefined();
    expect(step({ state, request: 'jwt-2' })?.state).toMatchObject({ request: 'jwt-2', phase: 'Publishing' });
  });
});
