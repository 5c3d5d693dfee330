import { describe, expect, it } from '@jest/globals';
import { closedLoad, steadyLoad, type Timer } from './load.ts';

/** Time that moves on when everybody sleeps. */
class VirtualTimer implements Timer {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));
  }

  async run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    void work.finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) continue;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    return work;
  }
}

describe('a closed load', () => {
  it('has one message of each sender under way', async () => {
    const timer = new VirtualTimer();
    const underWay = new Set<number>();
    let sent = 0;
    const send = async (sender: number): Promise<void> => {
      expect(underWay.has(sender)).toBe(false);
      underWay.add(sender);
      sent += 1;
      await timer.sleep(10);
      underWay.delete(sender);
    };
    await timer.run(closedLoad(timer, { senders: 3, pauseMs: 0, until: 100 }, send));
    expect(sent).toBe(30);
  });

  it('keeps the pause of a sender whose answers come sooner', async () => {
    const timer = new VirtualTimer();
    const times: number[] = [];
    const send = async (): Promise<void> => {
      times.push(timer.now());
      await timer.sleep(1);
    };
    await timer.run(closedLoad(timer, { senders: 1, pauseMs: 25, until: 100 }, send));
    expect(times).toEqual([0, 25, 50, 75]);
  });

  it('spreads its senders over the pause', async () => {
    const timer = new VirtualTimer();
    const first = new Map<number, number>();
    const send = async (sender: number): Promise<void> => {
      if (!first.has(sender)) first.set(sender, timer.now());
    };
    await timer.run(closedLoad(timer, { senders: 4, pauseMs: 20, until: 30 }, send));
    expect([...first.values()]).toEqual([0, 5, 10, 15]);
  });
});

describe('a steady load', () => {
  it('sends at even distances, by each in turn, without waiting for answers', async () => {
    const timer = new VirtualTimer();
    const sent: [number, number][] = [];
    const send = async (sender: number): Promise<void> => {
      sent.push([sender, timer.now()]);
      await timer.sleep(1000);
    };
    await timer.run(steadyLoad(timer, { senders: 2, perSecond: 100, until: 40 }, send));
    expect(sent).toEqual([
      [0, 0],
      [1, 10],
      [0, 20],
      [1, 30],
    ]);
  });

  it('lets a stall show in all that it held up', async () => {
    const timer = new VirtualTimer();
    const late: number[] = [];
    let stalled = false;
    const stalling: Timer = {
      now: () => timer.now(),
      sleep: async (milliseconds) => {
        await timer.sleep(stalled ? milliseconds : 35);
        stalled = true;
      },
    };
    const send = async (_sender: number, dueAt: number): Promise<void> => void late.push(timer.now() - dueAt);
    await timer.run(steadyLoad(stalling, { senders: 1, perSecond: 100, until: 50 }, send));
    expect(late).toEqual([0, 25, 15, 5, 0]);
  });
});
