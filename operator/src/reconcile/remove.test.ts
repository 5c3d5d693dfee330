import { describe, expect, test } from '@jest/globals';
import { objectLabels } from '../platform/labels.ts';
import type { KubeObject } from '../runtime/index.ts';
import { decideRemoval } from './remove.ts';

const object = (kind: string, component: string, deletionTimestamp?: string): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: `demo-${component}`,
    labels: objectLabels({ name: 'demo' }, component),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
});

const chat = object('Deployment', 'chat');
const chatPod = object('Pod', 'chat');
const redis = object('StatefulSet', 'redis');
const sqlserver = object('StatefulSet', 'sqlserver');
const secret = object('Secret', 'redis');
const claim = object('PersistentVolumeClaim', 'redis');
const credentials = object('Secret', 'credentials');

describe('removal', () => {
  test('takes services before the stores they drain into', () => {
    const { next } = decideRemoval([redis, sqlserver, chat, chatPod, secret], 'Retain');
    expect(next).toEqual([chat]);
  });

  test('waits for the Pods of a wave before the next', () => {
    expect(decideRemoval([redis, chatPod, secret], 'Retain').next).toEqual([]);
    expect(decideRemoval([redis, secret], 'Retain').next).toEqual([redis, secret]);
  });

  test('does not ask twice', () => {
    const going = object('Deployment', 'chat', '2026-01-01T00:00:00Z');
    expect(decideRemoval([going, redis], 'Retain').next).toEqual([]);
  });

  test('retains volumes and what opens them', () => {
    expect(decideRemoval([claim, credentials], 'Retain')).toEqual({ next: [], remaining: [] });
  });

  test('or takes them last', () => {
    expect(decideRemoval([redis, claim, credentials], 'Delete').next).toEqual([redis]);
    expect(decideRemoval([claim, credentials], 'Delete').next).toEqual([claim, credentials]);
  });
});
