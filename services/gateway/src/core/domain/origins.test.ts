import { describe, expect, it } from '@jest/globals';
import { isAllowedOrigin } from './origins.ts';

describe('isAllowedOrigin', () => {
  const allowed = new Set(['https://chat.example.org']);
  it.each([
    ['no browser', undefined, 'chat.example.org', true],
    ['a listed page', 'https://chat.example.org', 'gateway:8080', true],
    ['the host asked for', 'http://10.0.0.1:30080', '10.0.0.1:30080', true],
    ['another site', 'https://evil.example', 'chat.example.org', false],
    ['a listed name as a prefix', 'https://chat.example.org.evil.example', 'chat.example.org', false],
    ['another port of the host', 'https://chat.example.org:8443', 'chat.example.org', false],
    ['a sandboxed page', 'null', 'chat.example.org', false],
  ])('%s', (_, origin, host, expected) => {
    expect(isAllowedOrigin(allowed, { origin, host })).toBe(expected);
  });

  it('lets every page in when told so', () => {
    expect(isAllowedOrigin('*', { origin: 'https://evil.example', host: undefined })).toBe(true);
  });
});
