import { expect, test } from '@jest/globals';
import { predictableEntropy } from '../../../test/platform-of.ts';
import { decideCredentials } from './credentials.ts';
import { loginRotation } from './login-rotation.ts';
import type { LoginValues } from './login-rotation.ts';
import { acceptedLogins, usedLogin } from './logins.ts';
import type { LoginCredential } from './logins.ts';
import { nextRotationStep } from './rotation.ts';
import type { RotationState } from './rotation.ts';

const { credentials } = decideCredentials(undefined, predictableEntropy());

/** Every phase of a rotation in which nothing has to be waited for but time, by the second it began in. */
function rotate(values: LoginValues, request = 'x-1') {
  let made = 0;
  const course = loginRotation({ newPassword: () => `new${(made += 1)}`, filesArriveMs: 120_000 });
  const seen: { second: number; phase: string; values: LoginValues }[] = [];
  let state: RotationState | undefined;
  let value = values;
  for (let now = 0; now < 600_000; now += 5_000) {
    const facts = { request, state, value, settled: true, mayBegin: true, now };
    const step = nextRotationStep(course, facts);
    if (step === undefined) continue;
    ({ state, value } = step);
    if (state.settledAt === undefined) seen.push({ second: now / 1000, phase: state.phase, values: value });
  }
  return seen;
}

const of = (name: LoginCredential, values: LoginValues) => {
  const kept = { ...credentials, ...values };
  return {
    used: usedLogin(kept, name),
    accepted: acceptedLogins(kept, name).map(({ user, password }) => `${user}:${password}`),
  };
};

test('a login that is used is accepted, from before its first use until after its last', () => {
  const seen = rotate({ rabbitmqPassword: 'old' }).map(({ second, phase, values }) => {
    const { used, accepted } = of('rabbitmqPassword', values);
    return `${second} ${phase}: ${used.user}:${used.password} of ${accepted.join(' ')}`;
  });
  expect(seen).toEqual([
    '0 Adding: chatplatform:old of chatplatform:old chatplatform-2:new1',
    '125 Switching: chatplatform-2:new1 of chatplatform-2:new1 chatplatform:old',
    '160 Revoking: chatplatform-2:new1 of chatplatform-2:new1',
    '285 Done: chatplatform-2:new1 of chatplatform-2:new1',
  ]);
});

test('the next rotation goes back to the first user, with a password that has not been there', () => {
  const [, , , done] = rotate({ rabbitmqPassword: 'old' });
  const again = rotate(done?.values ?? {}, 'x-2');
  expect(of('rabbitmqPassword', again.at(-1)?.values ?? {}).accepted).toEqual(['chatplatform:new1']);
});

test('one user with several passwords stays the one', () => {
  const [adding] = rotate({ redisPassword: 'old' });
  expect(of('redisPassword', adding?.values ?? {}).accepted).toEqual(['default:old', 'default:new1']);
});

test('the roles of both databases are rotated together, each with a password of its own', () => {
  const [adding] = rotate({ postgresqlAuthPassword: 'a', postgresqlAnalyticsPassword: 'b' });
  expect(adding?.values).toEqual({
    postgresqlAuthPassword: 'a auth_2:new1',
    postgresqlAnalyticsPassword: 'b analytics_2:new2',
  });
});

test('nothing moves on while the store or a Pod is not there yet, however long it takes', () => {
  const course = loginRotation({ newPassword: () => 'new', filesArriveMs: 0 });
  for (const phase of ['Adding', 'Switching', 'Revoking'] as const) {
    const state: RotationState = { request: 'x-1', phase, since: 0 };
    const facts = { request: 'x-1', state, value: {}, settled: false, mayBegin: true, now: 1e12 };
    expect(nextRotationStep(course, facts)).toBeUndefined();
  }
});
