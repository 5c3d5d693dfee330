import { describe, expect, test } from '@jest/globals';
import { conflict, isTransient, unavailable } from './errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });
const named = (name: string): Error => Object.assign(new Error('failed'), { name });

describe('isTransient', () => {
  test.each([
    ['a store that is away', unavailable('store.away', 'away')],
    ['a refused connection', withCode('ECONNREFUSED')],
    ['PostgreSQL that shuts down', withCode('57P01')],
    ['PostgreSQL out of connections', withCode('53300')],
    ['MongoDB with no primary', named('MongoServerSelectionError')],
    ['MongoDB over a broken network', named('MongoNetworkTimeoutError')],
    ['a pool that cannot connect', new Error('timeout exceeded when trying to connect')],
    ['a wrapped one', new Error('query failed', { cause: withCode('ECONNRESET') })],
  ])('%s', (_name, error) => expect(isTransient(error)).toBe(true));

  test.each([
    ['what the caller did wrong', conflict('name.taken', 'taken')],
    ['a constraint', withCode('23505')],
    ['a bug', new TypeError('x is undefined')],
    ['what is no error', 'ECONNREFUSED'],
  ])('not %s', (_name, error) => expect(isTransient(error)).toBe(false));
});
