import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { FakeClock } from '../../../test/fake-clock.ts';
import { ObjectStore } from '../cache/object-store.ts';
import type { CacheSet } from '../cache/types.ts';
import { ReconcileTimeoutError, TerminalError } from '../errors.ts';
import { RuntimeMetrics } from '../metrics.ts';
import type { KubeObject, ResourceRef } from '../object.ts';
import { KeyedController } from './keyed-controller.ts';
import type { ControllerOptions, Reconcile } from './types.ts';

const THINGS: ResourceRef = {
  apiVersion: 'example.dev/v1',
  kind: 'Thing',
  plural: 'things',
  namespaced: true,
};
const PODS: ResourceRef = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

let version = 10;

const thing = (name: string, generation = 1): KubeObject => ({
  apiVersion: THINGS.apiVersion,
  kind: THINGS.kind,
  metadata: {
    namespace: 'ns',
    name,
    generation,
    uid: `uid-${name}`,
    resourceVersion: String((version += 1)),
  },
});

const podOf = (owner: string, kind = 'Thing', apiVersion = 'example.dev/v2'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace: 'ns',
    name: `pod-of-${owner}`,
    resourceVersion: String((version += 1)),
    ownerReferences: [{ apiVersion, kind, name: owner, uid: `uid-${owner}`, controller: true }],
  },
});

let clock: FakeClock;
let things: ObjectStore;
let pods: ObjectStore;
let metrics: RuntimeMetrics;
let stopping: AbortController;
let running: Promise<void>;

const store = (resource: ResourceRef) => {
  const made = new ObjectStore({ resource, onHandlerError: (error) => expect(error).toBeUndefined() });
  made.replaceAll([], '1');
  return made;
};

beforeEach(() => {
  clock = new FakeClock();
  things = store(THINGS);
  pods = store(PODS);
  metrics = new RuntimeMetrics(new Registry());
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort();
  await clock.advanceAsync(1_000);
  await running;
});

const start = (reconcile: Reconcile, options: Partial<ControllerOptions> = {}) => {
  const caches = {
    of: ({ kind }: { kind: string }) => (kind === 'Thing' ? things : pods),
  } as unknown as CacheSet;
  const controller = new KeyedController(
    { name: 'things', resource: THINGS, owns: [PODS], reconcile, ...options },
    { caches, clock, random: () => 0.5, logger: pino({ level: 'silent' }), metrics },
  );
  running = controller.run(stopping.signal);
  return controller;
};

/** A reconciler that writes down when it was called for whom. */
const recording = (react: (key: string, call: number) => unknown = () => ({})) => {
  const calls: { key: string; at: number; attempt: number }[] = [];
  const reconcile: Reconcile = async (key, { attempt }) => {
    calls.push({ key, at: clock.monotonic(), attempt });
    const count = calls.filter((call) => call.key === key).length;
    return (react(key, count) ?? {}) as Awaited<ReturnType<Reconcile>>;
  };
  const times = (key: string) => calls.filter((call) => call.key === key).map(({ at }) => at);
  return { calls, reconcile, times };
};

const results = async () => {
  const { values } = await metrics.reconcileTotal.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.result, value]));
};

describe('KeyedController', () => {
  test('reconciles what is there, what changes, what goes, and the owner of what it owns', async () => {
    things.upsert(thing('a'));
    const { calls, reconcile } = recording();
    start(reconcile);
    await clock.advanceAsync(0);
    things.upsert(thing('b'));
    await clock.advanceAsync(0);
    pods.upsert(podOf('a'));
    pods.upsert(podOf('x', 'Other'));
    pods.upsert(podOf('y', 'Thing', 'other.dev/v1'));
    await clock.advanceAsync(0);
    things.remove(thing('b'));
    await clock.advanceAsync(0);
    expect(calls.map(({ key }) => key)).toEqual(['ns/a', 'ns/b', 'ns/a', 'ns/b']);
  });

  test('a rejection, a throw and nonsense are the errors of their keys only', async () => {
    const { reconcile, times } = recording((key, call) => {
      if (key === 'ns/thrower' && call < 3) throw new Error('thrown');
      if (key === 'ns/rejecter' && call < 3) return Promise.reject(new Error('rejected'));
      return {};
    });
    const synchronous: Reconcile = (key, context) => {
      if (key === 'ns/rude') throw new TypeError('before any promise');
      return reconcile(key, context);
    };
    for (const name of ['thrower', 'rejecter', 'rude', 'fine']) things.upsert(thing(name));
    start(synchronous);
    await clock.advanceAsync(20);
    expect(times('ns/fine')).toHaveLength(1);
    expect(times('ns/thrower')).toHaveLength(3);
    expect(times('ns/rejecter')).toHaveLength(3);
    expect(await results()).toMatchObject({ success: 3, terminal: 0, requeue: 0 });
  });

  test('one that hangs is told to end, and holds up its own key and no other', async () => {
    const reasons: unknown[] = [];
    let letGo: () => void = () => undefined;
    const { reconcile, times } = recording();
    for (const name of ['hanging', 'fine']) things.upsert(thing(name));
    start(
      (key, context) => {
        if (key !== 'ns/hanging' || reasons.length > 0) return reconcile(key, context);
        context.signal.addEventListener('abort', () => reasons.push(context.signal.reason));
        return new Promise((resolve) => (letGo = () => resolve({})));
      },
      { concurrency: 1, timeoutMs: 60_000 },
    );
    await clock.advanceAsync(59_000);
    expect([times('ns/fine').length, reasons.length]).toEqual([0, 0]);
    await clock.advanceAsync(10_000);
    expect(reasons).toEqual([expect.any(ReconcileTimeoutError)]);
    expect(times('ns/fine')).toHaveLength(1);
    // However often it changes, it is not worked on twice at once.
    things.upsert(thing('hanging', 2));
    await clock.advanceAsync(10_000);
    expect(times('ns/hanging')).toHaveLength(0);
    letGo();
    await clock.advanceAsync(0);
    expect(times('ns/hanging')).toHaveLength(1);
  });

  test('one that ends when it is told to is an error, tried again', async () => {
    const { reconcile, times } = recording();
    let calls = 0;
    things.upsert(thing('slow'));
    start(
      (key, context) => {
        calls += 1;
        if (calls > 1) return reconcile(key, context);
        return new Promise((_resolve, reject) =>
          context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
        );
      },
      { timeoutMs: 1_000 },
    );
    await clock.advanceAsync(2_000);
    expect(times('ns/slow')).toHaveLength(1);
    expect(await results()).toMatchObject({ error: 1, success: 1 });
    expect(clock.pendingTimers).toBe(1);
  });

  test('failures are retried ever later, and told how many there were', async () => {
    const { calls, reconcile } = recording((_key, call) => {
      if (call <= 4) throw new Error('not yet');
    });
    things.upsert(thing('a'));
    start(reconcile);
    await clock.advanceAsync(200);
    expect(calls.map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3, 4]);
    expect(calls.map(({ at }) => at)).toEqual([0, 4.5, 13.5, 31.5, 67.5]);
  });

  test('a terminal error rests until the generation changes', async () => {
    const { reconcile, times } = recording((_key, call) => {
      if (call === 1) throw new TerminalError('BadSpec', 'no such engine');
    });
    things.upsert(thing('a', 1));
    start(reconcile);
    await clock.advanceAsync(60_000);
    pods.upsert(podOf('a'));
    things.upsert(thing('a', 1));
    await clock.advanceAsync(60_000);
    expect(times('ns/a')).toHaveLength(1);
    things.upsert(thing('a', 2));
    await clock.advanceAsync(0);
    expect(times('ns/a')).toHaveLength(2);
    expect(await results()).toMatchObject({ terminal: 1, skipped: 2, success: 1 });
  });

  test('a key that keeps failing is not tried at every twitch of what it owns; a new spec is tried at once', async () => {
    const { reconcile, times } = recording((_key, call) => {
      if (call < 30) throw new Error('hopeless');
    });
    things.upsert(thing('a', 1));
    start(reconcile, { resyncMs: 0 });
    await clock.advanceAsync(10_000);
    const before = times('ns/a').length;
    for (let i = 0; i < 100; i += 1) {
      pods.upsert(podOf('a'));
      await clock.advanceAsync(10);
    }
    expect(times('ns/a').length - before).toBeLessThanOrEqual(1);
    const next = times('ns/a').length;
    things.upsert(thing('a', 2));
    await clock.advanceAsync(0);
    expect(times('ns/a').length).toBe(next + 1);
    // Its own retry was not lost with the changes that were ignored.
    await clock.advanceAsync(1_000_000);
    expect(times('ns/a').length).toBeGreaterThan(next + 3);
  });

  test('is called again after the time it asked for, else at the resync', async () => {
    const { reconcile, times } = recording((_key, call) => (call === 1 ? { requeueAfterMs: 5_000 } : {}));
    things.upsert(thing('a'));
    start(reconcile, { resyncMs: 60_000 });
    await clock.advanceAsync(200_000);
    expect(times('ns/a')).toEqual([0, 5_000, 65_000, 125_000, 185_000]);
  });

  test('what is gone is not resynced', async () => {
    const { calls, reconcile } = recording();
    things.upsert(thing('a'));
    start(reconcile, { resyncMs: 1_000 });
    await clock.advanceAsync(0);
    things.remove(thing('a'));
    await clock.advanceAsync(100_000);
    expect(calls).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  test('works on several keys at once but on each only once, and finishes them when it stops', async () => {
    let active = 0;
    let most = 0;
    let finished = 0;
    const started: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) things.upsert(thing(name));
    start(
      async (key) => {
        started.push(key);
        active += 1;
        most = Math.max(most, active);
        await new Promise<void>((resolve) => clock.schedule(100, resolve));
        active -= 1;
        finished += 1;
        return {};
      },
      { concurrency: 2 },
    );
    await clock.advanceAsync(50);
    things.upsert(thing('a'));
    await clock.advanceAsync(0);
    expect([most, started]).toEqual([2, ['ns/a', 'ns/b']]);
    stopping.abort();
    await clock.advanceAsync(1_000);
    await running;
    expect([active, finished, started.length]).toEqual([0, 2, 2]);
  });

  test('changes go before what was there at the start', async () => {
    for (let i = 0; i < 10; i += 1) things.upsert(thing(`old${i}`));
    const { calls, reconcile } = recording(
      () => new Promise((resolve) => clock.schedule(10, () => resolve({}))),
    );
    start(reconcile, { concurrency: 1 });
    await clock.advanceAsync(5);
    things.upsert(thing('new'));
    await clock.advanceAsync(10);
    expect(calls.map(({ key }) => key)).toEqual(['ns/old0', 'ns/new']);
  });

  test('all its metrics are there before anything happens', async () => {
    start(recording().reconcile);
    expect(await results()).toEqual({ success: 0, requeue: 0, error: 0, terminal: 0, skipped: 0 });
  });
});
