import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock, settle } from '../../../test/fake-clock.ts';
import { WorkQueue, type WorkItem } from './work-queue.ts';

const queueOn = (clock: FakeClock) => new WorkQueue({ clock, random: () => 0 });

const takeNow = async (queue: WorkQueue): Promise<WorkItem> => {
  const item = await Promise.race([queue.take(), settle().then(() => undefined)]);
  if (!item) throw new Error('nothing was ready');
  return item;
};

describe('WorkQueue', () => {
  test('a key added twice is taken once', async () => {
    const queue = queueOn(new FakeClock());
    queue.add('a');
    queue.add('a');
    expect((await takeNow(queue)).key).toBe('a');
    queue.done('a');
    await expect(takeNow(queue)).rejects.toThrow('nothing was ready');
  });

  test('a key added while it is worked on is ready again when done, at the highest priority asked', async () => {
    const queue = queueOn(new FakeClock());
    queue.add('a');
    await takeNow(queue);
    queue.add('a', 'resync');
    queue.add('a', 'change');
    queue.add('a', 'resync');
    expect(queue.depth('change')).toBe(0);
    queue.done('a');
    expect(await takeNow(queue)).toMatchObject({ key: 'a', priority: 'change' });
  });

  test('a resync that becomes a change overtakes other resyncs', async () => {
    const queue = queueOn(new FakeClock());
    for (const key of ['a', 'b', 'c']) queue.add(key, 'resync');
    queue.add('c', 'change');
    expect((await takeNow(queue)).key).toBe('c');
    expect((await takeNow(queue)).key).toBe('a');
  });

  test('namespaces take turns', async () => {
    const queue = queueOn(new FakeClock());
    for (const key of ['big/1', 'big/2', 'big/3', 'small/1']) queue.add(key);
    const order = [];
    for (let i = 0; i < 4; i += 1) order.push((await takeNow(queue)).key);
    expect(order).toEqual(['big/1', 'small/1', 'big/2', 'big/3']);
  });

  test('backoff doubles from 5 ms to 1000 s, and ends when forgotten', () => {
    const queue = queueOn(new FakeClock());
    const delays = Array.from({ length: 20 }, () => queue.retry('a'));
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.at(-1)).toBe(1_000_000);
    queue.forget('a');
    expect(queue.retry('a')).toBe(5);
  });

  test('a key waits its delay and no longer; the earliest of several counts', async () => {
    const clock = new FakeClock();
    const queue = queueOn(clock);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    clock.advance(99);
    expect(queue.depth('change')).toBe(0);
    clock.advance(1);
    expect((await takeNow(queue)).key).toBe('a');
    expect(clock.pendingTimers).toBe(0);
  });

  test('taking a key supersedes its pending delay', async () => {
    const clock = new FakeClock();
    const queue = queueOn(clock);
    queue.addAfter('a', 100, 'resync');
    queue.add('a');
    await takeNow(queue);
    queue.done('a');
    clock.advance(1000);
    expect(queue.depth('resync')).toBe(0);
    expect(queue.trackedCount).toBe(0);
  });

  test('closing lets takers go', async () => {
    const queue = queueOn(new FakeClock());
    const taken = queue.take();
    queue.close();
    expect(await taken).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
  });
});

/** What the queue is meant to hold, told naively. */
interface Model {
  /** Adds that no take has answered yet. */
  wanted: Map<string, 'change' | 'retry' | 'resync'>;
  active: Set<string>;
}

interface Real {
  queue: WorkQueue;
  clock: FakeClock;
}

type QueueCommand = fc.AsyncCommand<Model, Real>;

const rank = { change: 0, retry: 1, resync: 2 } as const;

const want = (model: Model, key: string, priority: keyof typeof rank) => {
  const standing = model.wanted.get(key);
  if (standing === undefined || rank[priority] < rank[standing]) model.wanted.set(key, priority);
};

const ready = (model: Model) => [...model.wanted].filter(([key]) => !model.active.has(key));

class Add implements QueueCommand {
  readonly key: string;
  readonly priority: keyof typeof rank;
  constructor(key: string, priority: keyof typeof rank) {
    this.key = key;
    this.priority = priority;
  }
  check = () => true;
  async run(model: Model, { queue }: Real) {
    queue.add(this.key, this.priority);
    want(model, this.key, this.priority);
  }
  toString = () => `add(${this.key}, ${this.priority})`;
}

class Take implements QueueCommand {
  check = (model: Model) => ready(model).length > 0;
  async run(model: Model, { queue }: Real) {
    const best = Math.min(...ready(model).map(([, priority]) => rank[priority]));
    const item = await takeNow(queue);
    expect(model.active.has(item.key)).toBe(false);
    expect(rank[item.priority]).toBe(best);
    expect(model.wanted.get(item.key)).toBe(item.priority);
    model.wanted.delete(item.key);
    model.active.add(item.key);
  }
  toString = () => 'take()';
}

class Done implements QueueCommand {
  check = (model: Model) => model.active.size > 0;
  async run(model: Model, { queue }: Real) {
    const [key] = model.active;
    if (key === undefined) return;
    queue.done(key);
    model.active.delete(key);
  }
  toString = () => 'done()';
}

class AddLater implements QueueCommand {
  readonly key: string;
  readonly ms: number;
  constructor(key: string, ms: number) {
    this.key = key;
    this.ms = ms;
  }
  // A delay of a key that is ready already may be superseded by the take: only the plain case is modelled.
  check = (model: Model) => !model.wanted.has(this.key) && !model.active.has(this.key);
  async run(model: Model, { queue, clock }: Real) {
    queue.addAfter(this.key, this.ms, 'retry');
    clock.advance(this.ms);
    want(model, this.key, 'retry');
  }
  toString = () => `addAfter(${this.key}, ${this.ms})`;
}

const keys = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'cluster-scoped');
const anyPriority = fc.constantFrom('change' as const, 'retry' as const, 'resync' as const);

test('property: no key is worked on twice at once, none is lost, priority order holds, memory is freed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(
        [
          fc.tuple(keys, anyPriority).map(([key, priority]) => new Add(key, priority)),
          fc.constant(new Take()),
          fc.constant(new Done()),
          fc.tuple(keys, fc.nat(5000)).map(([key, ms]) => new AddLater(key, ms)),
        ],
        { maxCommands: 80 },
      ),
      async (commands) => {
        const clock = new FakeClock();
        const queue = queueOn(clock);
        const model: Model = { wanted: new Map(), active: new Set() };
        await fc.asyncModelRun(() => ({ model, real: { queue, clock } }), commands);

        for (const key of model.active) queue.done(key);
        model.active.clear();
        while (model.wanted.size > 0) {
          const { key } = await takeNow(queue);
          expect(model.wanted.delete(key)).toBe(true);
          queue.done(key);
        }
        await expect(takeNow(queue)).rejects.toThrow('nothing was ready');
        expect(queue.trackedCount).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test('property: with workers, failures and delays at random every key is worked on after its last add', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: keys, delay: fc.nat(50), fails: fc.nat(3), workMs: fc.nat(20) }), {
        maxLength: 40,
      }),
      async (adds) => {
        const clock = new FakeClock();
        const queue = queueOn(clock);
        const lastAdd = new Map<string, number>();
        const lastStart = new Map<string, number>();
        const failuresLeft = new Map<string, number>();
        const running = new Set<string>();
        const workOf = new Map<string, number>();

        const work = async () => {
          for (let item = await queue.take(); item; item = await queue.take()) {
            const { key } = item;
            expect(running.has(key)).toBe(false);
            running.add(key);
            lastStart.set(key, clock.monotonic());
            await new Promise<void>((resolve) => clock.schedule(workOf.get(key) ?? 0, resolve));
            running.delete(key);
            const left = failuresLeft.get(key) ?? 0;
            failuresLeft.set(key, left - 1);
            if (left > 0) queue.retry(key);
            else queue.forget(key);
            queue.done(key);
          }
        };
        const workers = [work(), work(), work()];
        for (const { key, delay, fails, workMs } of adds) {
          workOf.set(key, workMs);
          await clock.advanceAsync(delay);
          failuresLeft.set(key, fails);
          lastAdd.set(key, clock.monotonic());
          queue.add(key);
        }
        await clock.advanceAsync(60_000);
        for (const [key, at] of lastAdd) expect(lastStart.get(key)).toBeGreaterThanOrEqual(at);
        expect(queue.trackedCount).toBe(0);
        queue.close();
        await Promise.all(workers);
      },
    ),
    { numRuns: 50 },
  );
});
