import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reviveWhenStuck } from './mongo-watchdog.ts';

class FakeClient extends EventEmitter {
  readonly calls: string[] = [];
  failures = 0;

  async close(): Promise<void> {
    this.calls.push('close');
  }

  async connect(): Promise<never> {
    this.calls.push('connect');
    if (this.failures-- > 0) throw new Error('server away');
    return this as never;
  }

  beat(event: string, connectionId = 'a:27017'): void {
    this.emit(`serverHeartbeat${event}`, { connectionId });
  }
}

const times = { connectTimeoutMs: 250, heartbeatMs: 4000 };

describe('reviveWhenStuck', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('leaves a client alone whose heartbeats end, well or badly', async () => {
    const client = new FakeClient();
    reviveWhenStuck(client, times);
    for (const end of ['Succeeded', 'Failed']) {
      client.beat('Started');
      await jest.advanceTimersByTimeAsync(999);
      client.beat(end);
      await jest.advanceTimersByTimeAsync(5000);
    }
    expect(client.calls).toEqual([]);
  });

  it('connects a client anew whose heartbeat does not end, until that succeeds', async () => {
    const client = new FakeClient();
    client.failures = 2;
    reviveWhenStuck(client, times);
    client.beat('Started', 'a:27017');
    client.beat('Started', 'b:27017');
    client.beat('Succeeded', 'b:27017');
    await jest.advanceTimersByTimeAsync(1000);
    expect(client.calls).toEqual(['close', 'connect']);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(client.calls).toEqual(['close', 'connect', 'connect', 'connect']);
  });

  it('gives a server that is asked to wait with its answer the time to wait', async () => {
    const client = new FakeClient();
    reviveWhenStuck(client, times);
    client.emit('serverHeartbeatStarted', { connectionId: 'a:27017', awaited: true });
    await jest.advanceTimersByTimeAsync(4999);
    expect(client.calls).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(client.calls).toEqual(['close', 'connect']);
  });

  it('does not take a standstill of its own process for one of the monitoring', async () => {
    jest.useRealTimers();
    const client = new FakeClient();
    const stop = reviveWhenStuck(client, times);
    client.beat('Started');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    // The answer lies there, and is read after the timers that are due.
    await new Promise(setImmediate);
    client.beat('Succeeded');
    stop();
    expect(client.calls).toEqual([]);
  });

  it('does nothing any more once stopped', async () => {
    const client = new FakeClient();
    const stop = reviveWhenStuck(client, times);
    client.beat('Started');
    stop();
    client.beat('Started');
    await jest.advanceTimersByTimeAsync(5000);
    expect(client.calls).toEqual([]);
  });
});
