import { describe, expect, test } from '@jest/globals';
import { effectiveSpec } from './effective.ts';
import { specSchema } from './spec.ts';
import type { ChatPlatformSpec } from './spec.ts';

const effective = (spec: ChatPlatformSpec = {}) => effectiveSpec(spec, '0.1.0');

describe('defaults', () => {
  test('an empty spec is a small platform of one of everything', () => {
    const { profile, version, services, exposure, mail, observability } = effective();
    expect({ profile, version, exposure }).toEqual({
      profile: 'Development',
      version: '0.1.0',
      exposure: { type: 'NodePort' },
    });
    expect(services.chat.replicas).toBe(1);
    expect(mail).toEqual({ from: 'chatplatform@chatplatform.local', sink: {} });
    expect(observability).toEqual({
      logLevel: 'info',
      tracing: { sampling: 1 },
      prometheus: { enabled: true },
      monitors: { enabled: true, labels: {} },
    });
  });

  test.each([
    ['Development', 1, 'NodePort', 1],
    ['Standard', 2, 'LoadBalancer', 0.1],
    ['HighlyAvailable', 3, 'LoadBalancer', 0.1],
  ] as const)('follow profile %s', (profile, replicas, exposure, sampling) => {
    const spec = effective({ profile });
    expect(spec.services.web.replicas).toBe(replicas);
    expect(spec.exposure.type).toBe(exposure);
    expect(spec.observability.tracing.sampling).toBe(sampling);
  });

  test('what the user wrote wins, field by field', () => {
    const spec = effective({
      hostname: 'chat.example.org',
      services: { chat: { replicas: 0, resources: { limits: { memory: '1Gi' } } } },
      auth: { bootstrapAdmin: { username: 'root' } },
      observability: { tracing: { endpoint: 'http://otel:4318' } },
    });
    expect(spec.services.chat.replicas).toBe(0);
    expect(spec.services.chat.resources.limits.memory).toBe('1Gi');
    expect(spec.services.chat.resources.requests).toEqual(effective().services.chat.resources.requests);
    expect(spec.auth.bootstrapAdmin).toEqual({ username: 'root', email: 'admin@chat.example.org' });
    expect(spec.auth.accessTokenLifetime).toBe('10m');
    expect(spec.observability.tracing).toEqual({ endpoint: 'http://otel:4318', sampling: 1 });
  });

  test('an autoscaler takes the place of replicas and never asks for more than its maximum', () => {
    const { chat } = effective({
      profile: 'HighlyAvailable',
      services: { chat: { autoscaling: { maxReplicas: 2 } } },
    }).services;
    expect(chat).not.toHaveProperty('replicas');
    expect(chat.autoscaling).toEqual({ minReplicas: 2, maxReplicas: 2, targetCPUPercent: 70 });
  });

  test('a store is managed or external, never both; its class falls back to that of all volumes', () => {
    const external = { host: 'redis.example.org', secretRef: { name: 'redis' } };
    const { stores } = effective({
      storage: { className: 'fast' },
      stores: { redis: { external }, mongodb: { managed: { storage: { className: 'slow' } } } },
    });
    expect(stores.redis).toEqual({ external });
    expect(stores.mongodb.managed?.storage).toEqual({ size: '2Gi', className: 'slow' });
    expect(stores.rabbitmq.managed?.storage.className).toBe('fast');
  });

  test.each(['Development', 'Standard', 'HighlyAvailable'] as const)(
    'SQL Server gets the memory without which it does not start, in %s',
    (profile) => {
      const limit = effective({ profile }).stores.sql.managed?.resources.limits.memory ?? '';
      expect(['2560Mi', '4Gi']).toContain(limit);
    },
  );

  test('the result is a spec again, and its own effective form', () => {
    const once = effective({ stores: { sql: { engine: 'PostgreSQL' } } });
    const again = specSchema.parse(JSON.parse(JSON.stringify(once)));
    expect(effective(again)).toEqual(once);
  });

  test('the spec that was given is left alone', () => {
    const given: ChatPlatformSpec = Object.freeze({ services: Object.freeze({}) });
    effective(given);
    expect(given).toEqual({ services: {} });
  });
});
