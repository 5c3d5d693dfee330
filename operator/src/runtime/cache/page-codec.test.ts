import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PageCodec } from './page-codec.ts';

const pages = fc.array(fc.tuple(fc.uuid(), fc.json()), { minLength: 1, maxLength: 30 });

test('pages come back as they were, whichever was the first', () => {
  fc.assert(
    fc.property(fc.array(pages, { minLength: 1, maxLength: 5 }), (given) => {
      const codec = new PageCodec();
      const maps = given.map((page) => new Map(page));
      const encoded = maps.map((page) => codec.encode(page));
      expect(encoded.map((text) => codec.decode(text))).toEqual(maps);
    }),
  );
});

test('a page that is like the first one takes little', () => {
  const page = (owner: string) =>
    new Map(
      Array.from({ length: 20 }, (_, port) => [
        `service-${port}`,
        JSON.stringify({
          metadata: { owner },
          spec: { ports: [{ port, name: `port-${port}`, protocol: 'TCP' }] },
        }),
      ]),
    );
  const codec = new PageCodec();
  const first = codec.encode(page('a'));
  const text = JSON.stringify([...page('b')]);
  expect(codec.encode(page('b')).length).toBeLessThan(text.length / 10);
  expect(codec.decode(first)).toEqual(page('a'));
});
