import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@chatplatform/kit/logger';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { createPollingWorker } from './polling-worker.ts';
import type { PollingWorker, PollingWorkerOptions } from './polling-worker.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const started: PollingWorker[] = [];

function start(options: Partial<PollingWorkerOptions> & Pick<PollingWorkerOptions, 'step'>): PollingWorker {
  const worker = createPollingWorker({
    name: 'test',
    lanes: 3,
    idleMs: 20,
    failureMs: 20,
    logger,
    ...options,
  });
  started.push(worker);
  worker.start();
  return worker;
}

afterEach(async () => {
  for (const worker of started.splice(0)) await worker.stop();
});

describe('a polling worker', () => {
  it('works on all lanes while there is work, and looks on one when there is none', async () => {
    let work = 0;
    let looks = 0;
    let running = 0;
    let most = 0;
    start({
      async step() {
        looks += 1;
        if (work === 0) return false;
        work -= 1;
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        return true;
      },
    });
    await sleep(50);
    work = 30;
    await eventually(
      () => work,
      (left) => left === 0,
    );
    expect(most).toBe(3);
    await sleep(50);
    looks = 0;
    await sleep(200);
    // One lane at 20 ms: ten looks; three lanes would make thirty.
    expect(looks).toBeGreaterThan(2);
    expect(looks).toBeLessThan(15);
  });

  it('goes on after a failed step', async () => {
    let steps = 0;
    start({
      lanes: 1,
      async step() {
        steps += 1;
        if (steps === 1) throw new Error('the store is away');
        return false;
      },
    });
    await eventually(
      () => steps,
      (count) => count >= 3,
    );
  });

  it('is woken by a nudge', async () => {
    let steps = 0;
    const worker = start({
      lanes: 1,
      idleMs: 60_000,
      async step() {
        steps += 1;
        return false;
      },
    });
    await eventually(
      () => steps,
      (count) => count === 1,
    );
    worker.nudge();
    await eventually(
      () => steps,
      (count) => count === 2,
    );
  });

  it('lets the step under way finish before it has stopped', async () => {
    let finished = false;
    const worker = start({
      lanes: 1,
      async step() {
        await sleep(50);
        finished = true;
        return true;
      },
    });
    await sleep(10);
    await worker.stop();
    expect(finished).toBe(true);
  });
});
