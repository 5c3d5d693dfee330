import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../object.ts';
import { KeyIndex } from './key-index.ts';

const object = (values: readonly string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  values,
});
const valuesOf = (held: KubeObject) => held['values'] as string[];

const steps = fc.record({
  remove: fc.boolean(),
  key: fc.nat(100).map((number) => `ns/n${number}`),
  values: fc.uniqueArray(fc.constantFrom('red', 'blue'), { maxLength: 2 }),
});

describe('KeyIndex', () => {
  test('holds under each value the keys that were added and not removed, few or many', () => {
    fc.assert(
      fc.property(fc.array(steps, { size: 'max', maxLength: 500 }), (given) => {
        const index = new KeyIndex(valuesOf);
        const model = new Map([
          ['red', new Set<string>()],
          ['blue', new Set<string>()],
        ]);
        for (const { remove, key, values } of given) {
          if (remove) index.remove(key, object(values));
          else index.add(key, object(values));
          for (const value of values) {
            if (remove) model.get(value)?.delete(key);
            else model.get(value)?.add(key);
          }
        }
        for (const [value, keys] of model) expect([...index.get(value)].sort()).toEqual([...keys].sort());
      }),
      { numRuns: 30 },
    );
  });

  test('a value that no object has any longer is none', () => {
    const index = new KeyIndex(valuesOf);
    index.add('ns/a', object(['red']));
    index.remove('ns/a', object(['red']));
    expect([...index.get('red')]).toEqual([]);
  });
});
