import { describe, expect, it } from '@jest/globals';
import { createPeerIds } from './peer-ids.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const one = createPeerIds({ self: '10.0.0.1:8080', key });
const other = createPeerIds({ self: '10.0.0.2:8080', key });

describe('ids of connections', () => {
  it('tell every other gateway who holds them', () => {
    const id = one.create();
    expect(other.otherOwner(id)).toEqual({ host: '10.0.0.1', port: 8080 });
    expect(one.otherOwner(id)).toBeUndefined();
    expect(one.create()).not.toBe(id);
    expect(id).toMatch(/^[A-Za-z0-9_.-]+$/);
  });

  it('are known by any key that is kept, and made by the first', () => {
    const next = Buffer.alloc(32, 3).toString('base64');
    const holder = (keys: string) => createPeerIds({ self: '10.0.0.3:8080', key: keys }).create();
    const reader = (keys: string) => createPeerIds({ self: '10.0.0.2:8080', key: keys });
    const place = { host: '10.0.0.3', port: 8080 };
    expect(reader(key).otherOwner(holder(`${key} ${next}`))).toEqual(place);
    expect(reader(`${key} ${next}`).otherOwner(holder(`${next} ${key}`))).toEqual(place);
    expect(reader(`${next} ${key}`).otherOwner(holder(key))).toEqual(place);
    expect(reader(next).otherOwner(holder(key))).toBeUndefined();
  });

  it('lead nowhere when they were made up', () => {
    const [owner = '', random = '', mac = ''] = one.create().split('.');
    const inner = Buffer.from('10.96.0.1:443').toString('base64url');
    const foreign = createPeerIds({ self: '10.96.0.1:443', key: Buffer.alloc(32, 2).toString('base64') });
    for (const id of [
      `${inner}.${random}.${mac}`,
      `${owner}.${random}`,
      `${owner}.${random}.`,
      `${owner}.x.${mac}`,
      foreign.create(),
      'unknown',
      '',
      '..',
    ])
      expect(other.otherOwner(id)).toBeUndefined();
  });
});
