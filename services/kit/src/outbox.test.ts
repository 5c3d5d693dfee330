import { afterEach, describe, expect, test } from '@jest/globals';
import { unavailable } from './errors.ts';
import { newEvent } from './events.ts';
import type { CloudEvent } from './events.ts';
import { createLogger } from './logger.ts';
import { createOutboxRelay } from './outbox.ts';
import type { OutboxRelay, OutboxRelayOptions, OutboxStore, PendingEvent } from './outbox.ts';
import { eventually } from './testing/eventually.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
let clock = 0;
const event = (subject: string): CloudEvent =>
  newEvent({ type: 'sample.thing.v1', source: '/s', subject, data: {}, now: new Date((clock += 1)) });

const memoryStore = () => {
  let stored: PendingEvent[] = [];
  const store: OutboxStore & {
    add(...events: CloudEvent[]): void;
    size(): number;
    reads: number;
    marks: number[];
  } = {
    reads: 0,
    /** How many events each mark was of. */
    marks: [],
    add: (...events) => stored.push(...events.map((one) => ({ event: one }))),
    size: () => stored.length,
    async pending(limit) {
      store.reads += 1;
      return stored.slice(0, limit);
    },
    async markPublished(events) {
      store.marks.push(events.length);
      const ids = new Set(events.map((one) => one.event.id));
      stored = stored.filter((one) => !ids.has(one.event.id));
    },
  };
  return store;
};

const fakeBus = () => {
  const bus = {
    published: [] as string[],
    away: false,
    refuse: new Set<string>(),
    async publish({ subject }: CloudEvent): Promise<void> {
      if (bus.away || bus.refuse.has(subject)) throw unavailable('broker.unavailable', 'away');
      bus.published.push(subject);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return bus;
};

describe('outbox relay', () => {
  let relay: OutboxRelay | undefined;
  afterEach(() => relay?.stop());
  const setUp = (options: Partial<OutboxRelayOptions> = {}) => {
    const store = memoryStore();
    const bus = fakeBus();
    const created = createOutboxRelay({ store, bus, logger, sweepIntervalMs: 60_000, ...options });
    relay = created;
    /** What a service does: commit, then nudge. */
    const commit = (...subjects: string[]): void => {
      const events = subjects.map(event);
      store.add(...events);
      created.nudge(events);
    };
    return { store, bus, relay: created, commit };
  };
  const drained = (store: { size(): number }) =>
    eventually(
      () => store.size(),
      (n) => n === 0,
      2_000,
    );

  test('publishes at start what an earlier process left', async () => {
    const { store, bus, relay: started } = setUp({ batchSize: 2, pageSize: 4 });
    store.add(...['1', '2', '3', '4', '5'].map(event));
    started.start();
    await drained(store);
    expect(bus.published).toEqual(['1', '2', '3', '4', '5']);
    expect(store.reads).toBe(2);
  });

  test('publishes what is nudged at once, in order, without reading the store', async () => {
    const { store, bus, relay: started, commit } = setUp();
    started.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    for (const n of [1, 2, 3, 4]) commit(`${n}a`, `${n}b`);
    await drained(store);
    expect(bus.published).toEqual(['1a', '1b', '2a', '2b', '3a', '3b', '4a', '4b']);
    expect(store.reads).toBe(1);
  });

  test('loses nothing and keeps the order when the broker goes and comes back', async () => {
    const { store, bus, relay: started, commit } = setUp({ sweepIntervalMs: 20 });
    started.start();
    commit('1');
    await drained(store);
    bus.away = true;
    commit('2', '3');
    await new Promise((resolve) => setTimeout(resolve, 50));
    commit('4');
    bus.away = false;
    commit('5');
    await drained(store);
    expect(bus.published).toEqual(['1', '2', '3', '4', '5']);
    commit('6');
    await drained(store);
    expect(bus.published.at(-1)).toBe('6');
  });

  test('does not hammer the store while the broker is away', async () => {
    const { store, bus, relay: started, commit } = setUp();
    started.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    bus.away = true;
    for (let n = 0; n < 100; n += 1) {
      commit(String(n));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(store.reads).toBe(1);
  });

  test('marks what was confirmed of a batch that failed in part', async () => {
    const { store, bus, relay: started, commit } = setUp({ sweepIntervalMs: 20 });
    started.start();
    bus.refuse.add('2');
    commit('1', '2', '3');
    await eventually(
      () => store.size(),
      (n) => n === 1,
    );
    expect(bus.published).toEqual(['1', '3']);
    bus.refuse.clear();
    await drained(store);
    expect(bus.published).toEqual(['1', '3', '2']);
  });

  test('marks again what could not be marked, and publishes it once', async () => {
    const { store, bus, relay: started, commit } = setUp({ sweepIntervalMs: 20 });
    started.start();
    await eventually(
      () => store.reads,
      (n) => n >= 1,
    );
    const mark = store.markPublished;
    store.markPublished = async () => {
      store.markPublished = mark;
      throw new Error('store away');
    };
    commit('1');
    await drained(store);
    expect(bus.published).toEqual(['1']);
  });

  test('marks many at once, and the rest when it stops', async () => {
    const { store, bus, relay: started, commit } = setUp({ batchSize: 10, markDelayMs: 60_000 });
    started.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    for (let n = 1; n <= 25; n += 1) {
      commit(String(n));
      await eventually(
        () => bus.published.length,
        (published) => published === n,
      );
    }
    expect(store.size()).toBe(5);
    await started.stop();
    expect(store.marks).toEqual([10, 10, 5]);
    expect(store.size()).toBe(0);
  });

  test('what a process published and did not live to mark is published again by the next: at least once', async () => {
    const { store, bus, relay: dead, commit } = setUp({ markDelayMs: 60_000 });
    dead.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    commit('1');
    await eventually(
      () => bus.published.length,
      (n) => n === 1,
    );
    const next = createOutboxRelay({ store, bus, logger });
    next.start();
    await drained(store);
    await next.stop();
    expect(bus.published).toEqual(['1', '1']);
  });

  test('an event swept before its nudge is not published twice', async () => {
    const { store, bus, relay: started } = setUp();
    const early = event('1');
    store.add(early);
    started.start();
    await drained(store);
    started.nudge([early]);
    const late = event('2');
    store.add(late);
    started.nudge([late]);
    await drained(store);
    expect(bus.published).toEqual(['1', '2']);
  });

  test('leaves what exceeds its memory to the sweep', async () => {
    const { store, bus, relay: started } = setUp({ maxNudged: 10 });
    started.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    const events = Array.from({ length: 25 }, (_, n) => event(String(n)));
    store.add(...events);
    started.nudge(events);
    await drained(store);
    expect(bus.published).toEqual(events.map(({ subject }) => subject));
  });

  test('a nudge without events looks into the store', async () => {
    const { store, bus, relay: started } = setUp();
    started.start();
    await eventually(
      () => store.reads,
      (n) => n === 1,
    );
    store.add(event('1'));
    started.nudge();
    await drained(store);
    expect(bus.published).toEqual(['1']);
  });

  test('stop waits for the batch in hand and then publishes no more', async () => {
    const { store, bus, relay: started, commit } = setUp({ batchSize: 1 });
    started.start();
    commit('1', '2', '3');
    await started.stop();
    const published = [...bus.published];
    commit('4');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(bus.published).toEqual(published);
    expect(store.size()).toBe(4 - published.length);
  });
});
