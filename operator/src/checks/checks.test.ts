import { describe, expect, test } from '@jest/globals';
import { exampleNames, exampleSpec } from '../../test/platform-of.ts';
import { effectiveSpec } from '../api/index.ts';
import type { ChatPlatformSpec } from '../api/index.ts';
import { checkSpec } from './checks.ts';
import { describeFinding } from './finding.ts';
import type { CheckSubject } from './finding.ts';
import { acceptedSpec, checkSubject } from './subject.ts';

const effective = (spec: ChatPlatformSpec) => effectiveSpec(spec, '0.1.0');

function findings(written: ChatPlatformSpec, given: Partial<CheckSubject> = {}) {
  const subject = {
    written,
    spec: effective(written),
    accepted: undefined,
    currentVersion: undefined,
    elders: () => [],
  };
  return checkSpec({ ...subject, ...given });
}

const texts = (severity: 'refuse' | 'warn', written: ChatPlatformSpec, given?: Partial<CheckSubject>) =>
  findings(written, given)
    .filter((finding) => finding.severity === severity)
    .map(describeFinding);

const elder = (spec: ChatPlatformSpec) => ({
  elders: () => [{ name: 'elder', namespace: 'there', createdAt: '2026-01-01T00:00:00Z', ...spec }],
});

const accepted = (spec: ChatPlatformSpec) => ({ accepted: acceptedSpec(effective(spec)) });
const byName: ChatPlatformSpec = { hostname: 'chat.example.org', exposure: { type: 'Ingress' } };
/** A platform for people with nothing to say against it. */
const sound: ChatPlatformSpec = exampleSpec('highly-available.yaml');

describe('refused is', () => {
  test.each<[string, ChatPlatformSpec, Partial<CheckSubject>, string]>([
    [
      'a limit below the request that the profile sets',
      { services: { chat: { resources: { limits: { memory: '64Mi' } } } } },
      {},
      'spec.services.chat.resources.limits.memory: 64Mi is less than the request, 80Mi (by profile Development',
    ],
    [
      'a store’s limit below its request',
      { stores: { redis: { managed: { resources: { requests: { cpu: 2 }, limits: { cpu: '500m' } } } } } },
      {},
      'spec.stores.redis.managed.resources.limits.cpu: 500m is less than the request, 2',
    ],
    [
      'SQL Server with too little memory',
      { stores: { sql: { managed: { resources: { limits: { memory: '1536Mi' } } } } } },
      {},
      'SQL Server does not start with less than 2Gi: raise it, or set stores.sql.engine to PostgreSQL',
    ],
    [
      'a volume smaller than the profile made it',
      { stores: { mongodb: { managed: { storage: { size: '1Gi' } } } } },
      accepted({}),
      'spec.stores.mongodb.managed.storage.size: the volume has 2Gi and cannot shrink to 1Gi',
    ],
    [
      'another class for a volume that is there',
      { stores: { redis: { managed: { storage: { className: 'fast' } } } } },
      accepted({}),
      "spec.stores.redis.managed.storage.className: the volume is of class the cluster's default",
    ],
    [
      'a time zone that is none',
      { maintenanceWindow: { start: '02:00', timeZone: 'Mars/Olympus' } },
      {},
      'spec.maintenanceWindow.timeZone: there is no time zone "Mars/Olympus"',
    ],
    [
      'a version that leaves one out',
      { version: '0.3.0' },
      { currentVersion: '0.1.4' },
      'spec.version: 0.1.4 serves now',
    ],
    ['a hostname that is taken', byName, elder(byName), 'is the hostname of platform there/elder'],
    [
      'a node port that is taken',
      { exposure: { nodePort: 30080 } },
      elder({ exposure: { nodePort: 30080 } }),
      'spec.exposure.nodePort: 30080 is the port of platform there/elder',
    ],
    [
      'an overridden container without a name',
      { services: { chat: { podTemplate: { spec: { containers: [{ image: 'x' }] } } } } },
      {},
      'spec.services.chat.podTemplate.spec.containers: must be a list whose elements have a name',
    ],
    [
      'a variable that hides the settings',
      { services: { chat: { env: [{ name: 'CONFIG_DIRS', value: '/x' }] } } },
      {},
      'spec.services.chat.env: CONFIG_DIRS',
    ],
  ])('%s', (_, written, given, expected) => {
    expect(texts('refuse', written, given)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('warned of is', () => {
  test.each<[string, ChatPlatformSpec, Partial<CheckSubject>, string]>([
    [
      'a volume that the profile would make smaller',
      {},
      accepted({ stores: { redis: { managed: { storage: { size: '8Gi' } } } } }),
      'spec.stores.redis.managed.storage.size: the volume stays at 8Gi',
    ],
    ['an older version', { version: '0.1.0' }, { currentVersion: '0.2.0' }, 'spec.version: 0.1.0 is older'],
    [
      'single Pods in high availability',
      { ...sound, stores: { ...sound.stores, redis: {} } },
      {},
      'spec.stores: redis would be one Pod each',
    ],
    [
      'data that goes with the platform',
      { ...sound, storage: { policy: 'Delete' } },
      {},
      'spec.storage.policy',
    ],
    [
      'no TLS at the edge',
      { ...sound, exposure: { type: 'LoadBalancer' } },
      {},
      'spec.exposure.tls: passwords and messages cross the network in the clear',
    ],
    [
      'no TLS to a store',
      {
        ...sound,
        stores: { ...sound.stores, redis: { external: { host: 'r', tls: false, secretRef: { name: 's' } } } },
      },
      {},
      'spec.stores.redis.external.tls',
    ],
    [
      'no network policies',
      { ...sound, networkPolicies: { enabled: false } },
      {},
      'spec.networkPolicies.enabled',
    ],
    [
      'a service of which nothing runs',
      { services: { media: { replicas: 0 } } },
      {},
      'spec.services.media.replicas',
    ],
    [
      'traces of everything',
      { ...sound, observability: { tracing: { endpoint: 'http://t:4318', sampling: 1 } } },
      {},
      'spec.observability.tracing.sampling: keeps 100 %',
    ],
    [
      'Pods that leave the restricted standard',
      { services: { chat: { podTemplate: { spec: { hostNetwork: true } } } } },
      {},
      'spec.services.chat.podTemplate.spec: changes the security settings',
    ],
  ])('%s', (_, written, given, expected) => {
    expect(texts('warn', written, given)).toEqual([expect.stringContaining(expected)]);
    expect(texts('refuse', written, given)).toEqual([]);
  });
});

describe('nothing is found', () => {
  test.each(exampleNames())('to refuse in examples/%s', (file) => {
    expect(texts('refuse', exampleSpec(file))).toEqual([]);
  });

  test('in a platform for people that is sound', () => {
    expect(findings(sound)).toEqual([]);
  });

  test('in the smallest platform, at first and again', () => {
    expect(findings({})).toEqual([]);
    expect(findings({}, { ...accepted({}), currentVersion: '0.1.0' })).toEqual([]);
  });

  test('in a volume that grows, and a version that is the next', () => {
    const grown: ChatPlatformSpec = {
      version: '0.2.0',
      stores: { redis: { managed: { storage: { size: '9Gi' } } } },
    };
    expect(findings(grown, { ...accepted({}), currentVersion: '0.1.9' })).toEqual([]);
  });
});

describe('of two platforms that want the same', () => {
  const stored = (name: string, creationTimestamp: string) => ({
    apiVersion: 'chatplatform.dev/v1alpha1',
    kind: 'ChatPlatform',
    metadata: { name, namespace: 'chat', creationTimestamp },
    spec: byName,
  });
  const platforms = () => [stored('first', '2026-01-01T00:00:00Z'), stored('second', '2026-01-02T00:00:00Z')];
  const refusals = (name: string, createdAt: string | undefined) => {
    const source = { name, namespace: 'chat', createdAt, written: byName, status: undefined };
    const subject = checkSubject(source, { platforms, operatorVersion: '0.1.0' });
    return checkSpec(subject).filter(({ severity }) => severity === 'refuse').length;
  };

  test.each([
    ['first', '2026-01-01T00:00:00Z', 0],
    ['second', '2026-01-02T00:00:00Z', 1],
    ['new', undefined, 1],
  ])('%s has to give way: %s', (name, createdAt, expected) => {
    expect(refusals(name, createdAt)).toBe(expected);
  });
});
