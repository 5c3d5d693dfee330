import { describe, expect, test } from '@jest/globals';
import { ZodError } from 'zod';
import { decodeEvent } from './decode.ts';
import type { CloudEvent } from './envelope.ts';

const event = (type: string, data: unknown): CloudEvent => ({
  specversion: '1.0',
  id: '01939d3e-0000-7000-8000-000000000001',
  source: '/services/test',
  type,
  subject: 'a',
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  data,
});
const uploaded = {
  mediaId: '01939d3e-0000-7000-8000-000000000002',
  ownerId: '01939d3e-0000-7000-8000-000000000003',
  contentType: 'image/webp',
  bytes: 1,
};

describe('decodeEvent', () => {
  test('gives checked data with its type', () => {
    const decoded = decodeEvent(event('media.uploaded.v1', uploaded));
    expect(decoded.type === 'media.uploaded.v1' && decoded.data.bytes).toBe(1);
  });

  test('understands a producer that is newer', () => {
    const decoded = decodeEvent(event('media.uploaded.v1', { ...uploaded, addedLater: true }));
    expect(decoded.data).toEqual(uploaded);
  });

  test('refuses data that breaks the promise of its type, and a type nobody promised', () => {
    expect(() => decodeEvent(event('media.uploaded.v1', { ...uploaded, bytes: 'many' }))).toThrow(ZodError);
    expect(() => decodeEvent(event('media.lost.v1', uploaded))).toThrow('no schema');
    expect(() => decodeEvent(event('toString.v1', uploaded))).toThrow('no schema');
  });
});
