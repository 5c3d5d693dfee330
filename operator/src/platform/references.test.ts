import { describe, expect, test } from '@jest/globals';
import { effectiveSpec } from '../api/index.ts';
import type { ChatPlatformSpec } from '../api/index.ts';
import { blockedWorkloads, missingReferences, referencesOf } from './references.ts';
import type { References } from './references.ts';

const of = (spec: ChatPlatformSpec) => referencesOf({ name: 'demo', spec: effectiveSpec(spec, '0.1.0') });
const missing = (spec: ChatPlatformSpec, references: References = new Map()) =>
  missingReferences(of(spec), references);

const push: ChatPlatformSpec = {
  push: { enabled: true, fcm: { credentialsSecretRef: { name: 'fcm', key: 'account' } } },
};

describe('references', () => {
  test('a platform of defaults refers to nothing', () => {
    expect(of({})).toEqual([]);
  });

  test('push that is switched off needs no account', () => {
    expect(of({ push: { ...push.push, enabled: false } })).toEqual([]);
  });

  test('a missing Secret is named with its keys and the place in the spec', () => {
    expect(missing(push).map(({ message }) => message)).toEqual([
      'Secret "fcm" (keys: account), which spec.push.fcm.credentialsSecretRef refers to, does not exist',
    ]);
  });

  test('so is a missing key', () => {
    expect(missing(push, new Map([['fcm', { other: 'x' }]])).map(({ message }) => message)).toEqual([
      'Secret "fcm", which spec.push.fcm.credentialsSecretRef refers to, has no key "account"',
    ]);
  });

  test('an empty value is no value', () => {
    expect(missing(push, new Map([['fcm', { account: '' }]]))).toHaveLength(1);
  });

  test('a whole URL stands for user and password', () => {
    const spec: ChatPlatformSpec = {
      stores: { mongodb: { external: { host: 'db', secretRef: { name: 'db' } } } },
    };
    expect(missing(spec, new Map([['db', { url: 'mongodb://x' }]]))).toEqual([]);
    expect(missing(spec, new Map([['db', { username: 'ada' }]]))[0]?.message).toContain(
      'has no key "password" or "url"',
    );
  });

  test('hold back only those that need them', () => {
    expect([...blockedWorkloads(missing(push))]).toEqual(['notification']);
    const redis: ChatPlatformSpec = {
      stores: { redis: { external: { host: 'r', secretRef: { name: 'r' } } } },
    };
    expect([...blockedWorkloads(missing(redis))].sort()).toEqual(['chat', 'gateway']);
  });

  test('variables and certificates count too', () => {
    const spec: ChatPlatformSpec = {
      hostname: 'chat.example.org',
      exposure: { type: 'NodePort', tls: { issuerRef: { name: 'ca' } } },
      services: { user: { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'extra' } } }] } },
    };
    expect(of(spec).map(({ path, secret }) => [path, secret])).toEqual([
      ['spec.exposure.tls.issuerRef', 'demo-tls'],
      ['spec.services.user.env[TOKEN].valueFrom.secretKeyRef', 'extra'],
    ]);
    expect([...blockedWorkloads(missing(spec))].sort()).toEqual(['user', 'web']);
  });
});
