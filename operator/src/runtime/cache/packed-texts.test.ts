import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseKey } from '../object.ts';
import { PackedTexts } from './packed-texts.ts';

const asObject = (texts: PackedTexts) => Object.fromEntries([...texts.entries()].sort());
const key = (namespace: number, name: number) => (namespace === 0 ? `n${name}` : `ns${namespace}/n${name}`);

const keys = fc.tuple(fc.nat(3), fc.nat(200)).map(([namespace, name]) => key(namespace, name));
const values = fc.record({
  name: fc.string(),
  ids: fc.array(fc.nat()),
  text: fc.string({ unit: 'grapheme' }),
});
const steps = fc.oneof(
  { weight: 8, arbitrary: fc.record({ set: keys, value: values }) },
  { weight: 4, arbitrary: fc.record({ delete: keys }) },
  { weight: 2, arbitrary: fc.record({ get: keys }) },
  { weight: 1, arbitrary: fc.constant({ pack: true as const }) },
);

describe('PackedTexts', () => {
  test('is a map, whatever is packed meanwhile', () => {
    fc.assert(
      fc.property(fc.array(steps, { size: 'max', maxLength: 300 }), (given) => {
        const texts = new PackedTexts();
        const model = new Map<string, string>();
        for (const step of given) {
          if ('set' in step) {
            const text = JSON.stringify(step.value);
            texts.set(step.set, text);
            model.set(step.set, text);
          } else if ('delete' in step) {
            texts.delete(step.delete);
            model.delete(step.delete);
          } else if ('get' in step) expect(texts.get(step.get)).toBe(model.get(step.get));
          else texts.pack();
        }
        expect(texts.size).toBe(model.size);
        expect(asObject(texts)).toEqual(Object.fromEntries([...model].sort()));
        for (const [known, text] of model) expect(texts.get(known)).toBe(text);
        for (const namespace of ['', 'ns2']) {
          const expected = [...model].filter(([known]) => parseKey(known).namespace === namespace);
          expect([...texts.entriesIn(namespace)].sort()).toEqual(expected.sort());
        }
      }),
      { numRuns: 20 },
    );
  });

  test('goes on when a namespace grows beyond many pages, and beyond what stays open', () => {
    const texts = new PackedTexts();
    const large = 'x'.repeat(5_000);
    for (let name = 0; name < 1000; name += 1) texts.set(key(1, name), JSON.stringify({ name, large }));
    expect(texts.size).toBe(1000);
    for (const name of [0, 777, 999]) expect(texts.get(key(1, name))).toBe(JSON.stringify({ name, large }));
    for (let name = 0; name < 1000; name += 1) texts.delete(key(1, name));
    expect(texts.size).toBe(0);
    expect([texts.openCharacters, texts.packedCharacters]).toEqual([0, 0]);
    expect([...texts.entries()]).toEqual([]);
  });

  test('what is alike and left alone takes a small part of its size', () => {
    const texts = new PackedTexts();
    const manifest = (platform: number, name: number) =>
      JSON.stringify({
        metadata: { name: `n${name}`, namespace: `ns${platform}`, uid: `${platform}-${name}` },
        spec: {
          rules: Array.from({ length: 20 }, (_, rule) => ({ port: 8000 + rule, from: `app-${name}` })),
        },
      });
    let characters = 0;
    for (let platform = 1; platform <= 200; platform += 1) {
      for (let name = 0; name < 20; name += 1) {
        texts.set(key(platform, name), manifest(platform, name));
        characters += manifest(platform, name).length;
      }
    }
    texts.pack();
    texts.pack();
    expect(texts.packedCharacters).toBeLessThan(characters / 10);
    expect(texts.openCharacters).toBe(0);
    expect(texts.get(key(7, 3))).toBe(manifest(7, 3));
    for (let platform = 1; platform <= 200; platform += 1) texts.get(key(platform, 3));
    // However many are looked at, a few stay open.
    expect(texts.openCharacters).toBeLessThan(2 ** 19 + 2 ** 16);
  });
});
