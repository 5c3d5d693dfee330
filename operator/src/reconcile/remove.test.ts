import { describe, expect, test } from '@jest/globals';
import { objectLabels } from '../platform/labels.ts';
import type { KubeObject } from '../runtime/index.ts';
import { decideRemoval, describeRemaining } from './remove.ts';

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

describe('a deletion that takes its time', () => {
  const since = '2026-01-01T00:00:00Z';
  const after = (ms: number) => Date.parse(since) + ms;
  const held: KubeObject = {
    ...claim,
    metadata: { ...claim.metadata, deletionTimestamp: since, finalizers: ['example.org/keep'] },
  };

  test('says what it waits for first, and what holds that', () => {
    const waiting = describeRemaining([secret, held], after(60_000));
    expect(waiting?.stuck).toBe(false);
    expect(waiting?.message).toBe(
      `waits for 2 objects to go, first for PersistentVolumeClaim demo-redis (held by finalizer example.org/keep, whose controller has to let go of it, since ${since})`,
    );
  });

  test('names the node that does not stop a Pod', () => {
    const pod = { ...object('Pod', 'chat', since), spec: { nodeName: 'node-7' } };
    expect(describeRemaining([pod], after(0))?.message).toContain('are being stopped by node node-7');
  });

  test('is stuck after five minutes, and over when nothing is left', () => {
    expect(describeRemaining([held], after(300_000))?.stuck).toBe(true);
    expect(describeRemaining([secret], after(900_000))?.stuck).toBe(false);
    expect(describeRemaining([], after(0))).toBeUndefined();
  });
});
