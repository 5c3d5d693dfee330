import { expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { outlook, requestOf, withRequest } from './request.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 30);

const platform = (spec: object, rotate?: string): KubeObject => ({
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { name: 'demo', ...(rotate && { annotations: { 'chatplatform.dev/rotate': rotate } }) },
  spec,
});

test('a request takes the place of the last for the same credential, and leaves others alone', () => {
  const annotation = withRequest('jwt-1, redis-old', 'redis', NOW);
  expect(annotation).toBe('jwt-1,redis-2026-11-25t123000z');
  expect(requestOf(platform({}, annotation), 'redis')).toBe('redis-2026-11-25t123000z');
  expect(withRequest(undefined, 'jwt', NOW)).toBe('jwt-2026-11-25t123000z');
});

test('what is not the platform’s own cannot be rotated', () => {
  const external = { host: 'redis.example.org', secretRef: { name: 'redis' } };
  expect(outlook(platform({ stores: { redis: { external } } }), 'redis', NOW).refusal).toMatch(
    /not run by this platform/,
  );
  expect(outlook(platform({}), 'redis', NOW)).toEqual({ paused: false });
});

test('what holds it back is known beforehand', () => {
  expect(outlook(platform({ paused: true }), 'jwt', NOW).delay).toMatch(/paused/);
  const maintenanceWindow = { days: ['Sunday'], start: '02:00', duration: '4h' };
  expect(outlook(platform({ maintenanceWindow }), 'jwt', NOW).delay).toContain('2026-11-29T02:00:00Z');
});
