import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject, ResourceRef } from '../object.ts';
import { ObjectStore } from './object-store.ts';
import type { CacheListOptions, Change } from './types.ts';

const PODS: ResourceRef = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

const pod = (name: string, version: number, extra: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'chat', name, resourceVersion: String(version), ...extra },
});

const owned = (name: string, version: number, uid: string) =>
  pod(name, version, {
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid, controller: true }],
  });

let store: ObjectStore;
let changes: Change[];

beforeEach(() => {
  store = new ObjectStore({ resource: PODS, onHandlerError: () => undefined });
  changes = [];
  store.subscribe((change) => changes.push(change));
});

const told = () => changes.map(({ type, object }) => `${type} ${object.metadata.name}`);
const names = () => store.list().map(({ metadata }) => metadata.name);

describe('ObjectStore', () => {
  test('a list replaces everything and tells what came and went', () => {
    expect(store.hasSynced()).toBe(false);
    store.replaceAll([pod('a', 1), pod('b', 2)], '5');
    expect(store.hasSynced()).toBe(true);
    store.replaceAll([pod('b', 2), pod('c', 7)], '9');
    expect(names()).toEqual(['b', 'c']);
    expect(told()).toEqual(['added a', 'added b', 'added c', 'deleted a']);
  });

  test('managedFields are dropped, then the transform is applied', () => {
    store = new ObjectStore({
      resource: PODS,
      onHandlerError: () => undefined,
      transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    });
    store.replaceAll([{ ...pod('a', 1, { managedFields: [{}] }), spec: { big: true } }], '1');
    expect(store.get('chat/a')).toEqual(pod('a', 1));
  });

  test('an index follows an object from value to value, and out; one that was not declared is a mistake', () => {
    const colour = ({ metadata }: KubeObject) => Object.values(metadata.labels ?? {});
    store = new ObjectStore({ resource: PODS, onHandlerError: () => undefined, indexes: { colour } });
    store.replaceAll([pod('a', 1, { labels: { colour: 'red' } })], '1');
    store.upsert(pod('a', 2, { labels: { colour: 'blue' } }));
    expect(store.byIndex('colour', 'red')).toEqual([]);
    expect(store.byIndex('colour', 'blue')).toHaveLength(1);
    store.remove(pod('a', 3));
    expect(store.byIndex('colour', 'blue')).toEqual([]);
    expect(() => store.byIndex('nope', '')).toThrow(TypeError);
  });

  test('what somebody controls: of his namespace, or of all if he has none; what only mentions him is not his', () => {
    const owner = (extra: object): KubeObject => ({ ...pod('x', 1, { uid: 'u1', ...extra }), kind: 'X' });
    const elsewhere = owned('c', 1, 'u1');
    elsewhere.metadata.namespace = 'other';
    const mentions = pod('d', 1, { annotations: { of: 'u1' } });
    store.replaceAll([owned('a', 1, 'u1'), owned('b', 1, 'u2'), elsewhere, mentions], '1');
    const keysOf = (by: KubeObject, isOf = (_: string) => true) =>
      store.controlledBy(by, isOf).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(keysOf(owner({}))).toEqual(['chat/a']);
    expect(keysOf(owner({ namespace: undefined }))).toEqual(['chat/a', 'other/c']);
    expect(keysOf(owner({}), (key) => key !== 'chat/a')).toEqual([]);
    store.upsert(owned('a', 2, 'u2'));
    expect(keysOf(owner({}))).toEqual([]);
  });

  test('a list of a namespace, and of labels', () => {
    const elsewhere = pod('a', 1, { namespace: 'other', labels: { app: 'chat' } });
    const mentions = pod('b', 1, { labels: { app: 'user' }, annotations: { app: 'chat' } });
    store.replaceAll([pod('a', 1, { labels: { app: 'chat', of: 'x' } }), elsewhere, mentions], '1');
    const found = (options: CacheListOptions) =>
      store.list(options).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(found({ namespace: 'chat' })).toEqual(['chat/a', 'chat/b']);
    expect(found({ namespace: 'none' })).toEqual([]);
    expect(found({ labels: { app: 'chat' } })).toEqual(['chat/a', 'other/a']);
    expect(found({ namespace: 'chat', labels: { app: 'chat', of: 'x' } })).toEqual(['chat/a']);
    expect(found({ namespace: 'chat', labels: { app: 'user', of: 'x' } })).toEqual([]);
  });

  test('a handler that throws stops neither the others nor the store', () => {
    const errors: unknown[] = [];
    store = new ObjectStore({ resource: PODS, onHandlerError: (error) => errors.push(error) });
    let later = 0;
    store.subscribe(() => {
      throw new Error('mine');
    });
    store.subscribe(() => (later += 1));
    store.replaceAll([pod('a', 1)], '1');
    expect(errors).toHaveLength(1);
    expect(later).toBe(1);
  });

  test('late subscribers hear of what is held', () => {
    store.replaceAll([pod('a', 1)], '1');
    const late: string[] = [];
    const off = store.subscribe(({ object }) => late.push(object.metadata.name));
    off();
    store.upsert(pod('b', 2));
    expect(late).toEqual(['a']);
  });
});

describe('the answer to our own write', () => {
  beforeEach(() => {
    store.replaceAll([pod('a', 1)], '10');
    changes = [];
  });

  test('is seen at once, though nobody is told', () => {
    store.remember(pod('a', 12));
    store.remember(pod('new', 13));
    expect(store.get('chat/a')?.metadata.resourceVersion).toBe('12');
    expect(names()).toEqual(['a', 'new']);
    expect(changes).toEqual([]);
  });

  test('is not undone by an older event, but that event is told: it may be of somebody else', () => {
    store.remember(pod('a', 12));
    store.upsert(pod('a', 11));
    expect(store.get('chat/a')?.metadata.resourceVersion).toBe('12');
    expect(told()).toEqual(['modified a']);
  });

  test('does not bring back what was deleted before the answer came', () => {
    store.remove(pod('a', 14));
    store.remember(pod('a', 12));
    expect(store.get('chat/a')).toBeUndefined();
  });

  test('of an object made anew survives the late news of the old one being deleted', () => {
    store.remember(pod('a', 20));
    store.remove(pod('a', 15));
    expect(store.get('chat/a')?.metadata.resourceVersion).toBe('20');
    expect(told()).toEqual(['modified a']);
  });

  test('survives a list that was read before it', () => {
    store.remember(pod('new', 20));
    store.replaceAll([pod('a', 1)], '15');
    expect(names()).toEqual(['a', 'new']);
    store.replaceAll([pod('a', 1)], '25');
    expect(names()).toEqual(['a']);
  });
});

test('a cluster that was restored from a backup counts backwards: the list is believed', () => {
  store.replaceAll([pod('a', 90), pod('b', 95)], '100');
  store.replaceAll([pod('a', 40)], '50');
  expect(store.list()).toEqual([pod('a', 40)]);
});

test('a kind that is not served is empty, and synced', () => {
  store.notServed();
  expect([store.hasSynced(), store.isServed()]).toEqual([true, false]);
  store.replaceAll([pod('a', 1)], '1');
  expect([store.hasSynced(), store.isServed()]).toEqual([true, true]);
  store.notServed();
  expect(told()).toEqual(['added a', 'deleted a']);
});

test('property: whatever own writes are remembered when, after the last event the store is what the server has', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    remove: fc.boolean(),
    rememberAfter: fc.nat(6),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const local = new ObjectStore({ resource: PODS, onHandlerError: () => undefined });
      local.replaceAll([], '1');
      const server = new Map<string, KubeObject>();
      const answers: { due: number; object: KubeObject }[] = [];
      steps.forEach(({ name, remove, rememberAfter }, i) => {
        const object = pod(name, i + 2);
        if (remove) server.delete(name);
        else server.set(name, object);
        // The answer to the write comes some events before or after its own watch event.
        if (!remove) answers.push({ due: i + rememberAfter - 3, object: structuredClone(object) });
        for (const answer of answers.filter(({ due }) => due === i))
          local.remember(structuredClone(answer.object));
        if (remove) local.remove(structuredClone(object));
        else local.upsert(structuredClone(object));
      });
      const versions = (objects: KubeObject[]) =>
        objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
      expect(versions(local.list())).toEqual(versions([...server.values()]));
    }),
  );
});
