import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkPath, expiryAt, signPath } from './signed-path.ts';
import type { SignedPath } from './signed-path.ts';
import { VARIANT_NAMES } from './media.ts';

const KEY = 'k'.repeat(32);
const NOW = new Date('2026-03-01T12:34:56.000Z');
const place = fc.record({ mediaId: fc.uuid(), variant: fc.constantFrom(...VARIANT_NAMES) });

function parse(path: string): SignedPath {
  const url = new URL(path, 'http://x');
  const [, , mediaId = '', variant = ''] = url.pathname.split('/');
  return {
    mediaId,
    variant: variant as SignedPath['variant'],
    expires: Number(url.searchParams.get('expires')),
    signature: url.searchParams.get('signature') ?? '',
  };
}

describe('a signed path', () => {
  it('is valid until it expires, and then says so', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 7200 }), ({ mediaId, variant }, later) => {
        const expires = expiryAt(NOW);
        const path = parse(signPath(KEY, mediaId, variant, expires));
        const then = new Date(NOW.getTime() + later * 1000);
        expect(checkPath(KEY, path, then)).toBe(then.getTime() < expires * 1000 ? 'valid' : 'expired');
      }),
    );
  });

  it('is forged once anything in it or its key is another', () => {
    const changes = fc.constantFrom<(path: SignedPath) => SignedPath>(
      (path) => ({ ...path, expires: path.expires + 1 }),
      (path) => ({ ...path, mediaId: path.mediaId.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
      (path) => ({ ...path, variant: path.variant === 'display' ? 'thumbnail' : 'display' }),
      (path) => ({
        ...path,
        signature: path.signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
      }),
      (path) => ({ ...path, signature: path.signature.slice(1) }),
      (path) => ({ ...path, signature: '' }),
    );
    fc.assert(
      fc.property(place, changes, ({ mediaId, variant }, change) => {
        const path = parse(signPath(KEY, mediaId, variant, expiryAt(NOW)));
        expect(checkPath(KEY, change(path), NOW)).toBe('forged');
        expect(checkPath(`${KEY}.`, path, NOW)).toBe('forged');
      }),
    );
  });

  it('is valid by any key that is kept, and made by the first', () => {
    const next = 'n'.repeat(32);
    const signed = (keys: string) => parse(signPath(keys, 'm', 'display', expiryAt(NOW)));
    const verdicts = (keys: string) => [signed(KEY), signed(next)].map((path) => checkPath(keys, path, NOW));
    expect(signed(`${KEY} ${next}`)).toEqual(signed(KEY));
    expect(verdicts(`${KEY} ${next}`)).toEqual(['valid', 'valid']);
    expect(verdicts(`${next} ${KEY}`)).toEqual(['valid', 'valid']);
    expect(verdicts(next)).toEqual(['forged', 'valid']);
  });

  it('stays the same within an hour, and lives one to two hours', () => {
    const at = (time: string): number => expiryAt(new Date(`2026-03-01T${time}Z`));
    expect(at('12:00:01')).toBe(at('12:59:59'));
    expect(at('13:00:01')).toBe(at('12:59:59') + 3600);
    const life = at('12:34:56') - NOW.getTime() / 1000;
    expect(life).toBeGreaterThanOrEqual(3600);
    expect(life).toBeLessThanOrEqual(7200);
  });
});
