import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { includesDesired, projection } from './compare.ts';
import { quantityValue, sameQuantity } from './quantity.ts';

const podSpec = (containers: object[], rest: object = {}) => ({
  spec: { template: { spec: { containers, ...rest } } },
});

describe('includesDesired', () => {
  test('defaults and fields of others are tolerated', () => {
    const desired = podSpec([{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }]);
    const observed = podSpec(
      [
        { name: 'sidecar', image: 'mesh:1' },
        {
          name: 'web',
          image: 'web:1',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          terminationMessagePath: '/dev/termination-log',
        },
      ],
      { restartPolicy: 'Always' },
    );
    expect(includesDesired(observed, desired)).toBe(true);
  });

  test.each([
    ['a changed value', podSpec([{ name: 'web', image: 'web:2' }])],
    ['a missing container', podSpec([{ name: 'other', image: 'web:1' }])],
    ['a missing field', podSpec([{ name: 'web' }])],
    ['another type', { spec: { template: 'none' } }],
  ])('%s is a difference', (_what, observed) => {
    expect(includesDesired(observed, podSpec([{ name: 'web', image: 'web:1' }]))).toBe(false);
  });

  test('an atomic list must be equal: more, fewer or other order is a difference', () => {
    const desired = { args: ['a', 'b'] };
    expect(includesDesired({ args: ['a', 'b'] }, desired)).toBe(true);
    for (const args of [['a'], ['a', 'b', 'c'], ['b', 'a'], undefined]) {
      expect(includesDesired({ args }, desired)).toBe(false);
    }
  });

  test('ports of one number and two protocols are two elements', () => {
    const desired = { ports: [{ port: 53 }, { port: 53, protocol: 'UDP', name: 'dns' }] };
    const observed = {
      ports: [
        { port: 53, protocol: 'UDP', name: 'dns' },
        { port: 53, protocol: 'TCP' },
      ],
    };
    expect(includesDesired(observed, desired)).toBe(true);
  });

  test('quantities are compared as numbers, but only where quantities are', () => {
    const limits = (cpu: unknown) => ({ resources: { limits: { cpu } } });
    expect(includesDesired(limits('500m'), limits('0.5'))).toBe(true);
    expect(includesDesired(limits('1'), limits(1))).toBe(true);
    expect(includesDesired(limits('501m'), limits('0.5'))).toBe(false);
    expect(includesDesired({ data: { replicas: '1000m' } }, { data: { replicas: '1' } })).toBe(false);
  });

  test('an empty value is as good as none; false and 0 are not, since a default may be otherwise', () => {
    expect(includesDesired({}, { labels: {}, ingress: [] })).toBe(true);
    expect(includesDesired({}, { automount: false })).toBe(false);
    expect(includesDesired({}, { replicas: 0 })).toBe(false);
  });
});

describe('quantities', () => {
  test.each([
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['100m', 0.1],
    ['1e3', 1000],
    ['2E', 2e18],
    ['-1', -1],
    [7, 7],
    ['lots', undefined],
    ['', undefined],
    ['1 Gi', undefined],
  ])('%p is %p', (text, value) => {
    expect(quantityValue(text)).toBe(value);
  });

  test('0.1 and 100m are the same; 1M and 1Mi are not', () => {
    expect(sameQuantity('0.1', '100m')).toBe(true);
    expect(sameQuantity('1M', '1Mi')).toBe(false);
    expect(sameQuantity('x', 'x')).toBe(false);
  });
});

const json = fc.jsonValue({ maxDepth: 4 });

describe('properties', () => {
  test('every value includes itself, and its projection on itself is itself', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(includesDesired(value, value)).toBe(true);
        expect(projection(value, value)).toEqual(value);
      }),
    );
  });

  test('fields added by others change neither the answer nor the projection', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.dictionary(fc.string(), json), (desired, added) => {
        const observed = { ...added, ...desired };
        expect(includesDesired(observed, desired)).toBe(true);
        expect(projection(observed, desired)).toEqual(desired);
      }),
    );
  });
});

test('a projection leaves out what others added to merged lists and keeps atomic lists whole', () => {
  const desired = podSpec([{ name: 'web', args: ['x'] }]);
  const observed = podSpec([{ name: 'mesh' }, { name: 'web', args: ['x', 'y'], image: 'i' }], { dns: 1 });
  expect(projection(observed, desired)).toEqual(podSpec([{ name: 'web', args: ['x', 'y'] }]));
});
