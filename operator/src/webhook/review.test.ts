import { describe, expect, test } from '@jest/globals';
import { review, reviewSchema } from './review.ts';

const context = { operatorVersion: '0.1.0', platforms: () => [] };

const ask = (object: object | null, oldObject: object | null = null) => {
  const body = { apiVersion: 'admission.k8s.io/v1', request: { uid: 'u', object, oldObject } };
  return review(reviewSchema.parse(body).request, context);
};

const platform = (spec: object, more: object = {}) => ({
  metadata: { name: 'demo', namespace: 'chat', ...more },
  spec,
});

const TOO_LITTLE = { services: { chat: { resources: { limits: { memory: '64Mi' } } } } };

describe('a review', () => {
  test('lets through what is sound', () => {
    expect(ask(platform({ profile: 'Development' }))).toEqual({ uid: 'u', allowed: true });
  });

  test('refuses what cannot work, with field and remedy', () => {
    const { allowed, status } = ask(platform(TOO_LITTLE));
    expect(allowed).toBe(false);
    expect(status).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(status?.message).toContain('raise the limit or lower requests.memory');
  });

  test('warns of what is unwise', () => {
    const answer = ask(platform({ services: { media: { replicas: 0 } } }));
    expect(answer).toMatchObject({ allowed: true });
    expect(answer.warnings).toEqual([expect.stringContaining('spec.services.media.replicas')]);
  });

  test('leaves alone who leaves the spec alone, and who goes', () => {
    expect(ask(platform(TOO_LITTLE), platform(TOO_LITTLE)).allowed).toBe(true);
    const going = platform(TOO_LITTLE, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(ask(going, platform({})).allowed).toBe(true);
    expect(ask(null, platform({})).allowed).toBe(true);
  });

  test('goes by what was accepted last', () => {
    const effective = { stores: { redis: { managed: { storage: { size: '8Gi' } } } } };
    const old = { ...platform({}), status: { effective, version: { current: '0.1.0' } } };
    const smaller = { stores: { redis: { managed: { storage: { size: '2Gi' } } } } };
    expect(ask(platform(smaller), old).status?.message).toContain('cannot shrink to 2Gi');
    expect(ask(platform({ version: '0.3.0' }), old).status?.message).toContain('one minor version at a time');
  });
});
