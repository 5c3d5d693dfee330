import { beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { FakeClock } from '../../../test/fake-clock.ts';
import type { ApiClient } from '../client/types.ts';
import { ApiError, FencedError, TransportError } from '../errors.ts';
import type { KubeObject } from '../object.ts';
import { LeaderElector, LeaseLostError } from './elector.ts';
import { specOf } from './lease.ts';

const refuse = (status: number, reason: string) =>
  Promise.reject(new ApiError({ status, reason, message: reason, request: 'lease' }));

/** One lease, with the API server's optimistic locking. */
class LeaseServer {
  lease: KubeObject | undefined;
  away = false;
  #version = 0;

  readonly client = {
    get: () => this.#answer(() => (this.lease ? Promise.resolve(this.lease) : refuse(404, 'NotFound'))),
    create: (_ref: unknown, lease: KubeObject) =>
      this.#answer(() => (this.lease ? refuse(409, 'AlreadyExists') : this.#store(lease))),
    replace: (_ref: unknown, lease: KubeObject) =>
      this.#answer(() =>
        lease.metadata.resourceVersion === this.lease?.metadata.resourceVersion
          ? this.#store(lease)
          : refuse(409, 'Conflict'),
      ),
  } as unknown as ApiClient;

  get holder(): string | undefined {
    return this.lease && specOf(this.lease).holderIdentity;
  }

  #answer(how: () => Promise<KubeObject>): Promise<KubeObject> {
    return this.away ? Promise.reject(new TransportError('lease', new Error('away'))) : how();
  }

  #store(lease: KubeObject): Promise<KubeObject> {
    this.#version += 1;
    const metadata = { ...lease.metadata, resourceVersion: String(this.#version) };
    this.lease = structuredClone({ ...lease, metadata });
    return Promise.resolve(structuredClone(this.lease));
  }
}

interface Candidate {
  elector: LeaderElector;
  stop: () => void;
  leading: () => boolean;
  outcome: Promise<unknown>;
}

let clock: FakeClock;
let server: LeaseServer;

/** Starts a candidate; each may have a clock of its own, as machines do. */
const start = (identity: string, own: FakeClock = clock): Candidate => {
  const elector = new LeaderElector({
    client: server.client,
    lease: { namespace: 'system', name: 'operator' },
    identity,
    clock: own,
    random: () => 1,
    logger: pino({ level: 'silent' }),
  });
  const stopping = new AbortController();
  let leading = false;
  const lead = async (signal: AbortSignal) => {
    leading = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    leading = false;
  };
  const outcome = elector.run(stopping.signal, lead).catch((error: unknown) => error);
  return { elector, stop: () => stopping.abort(), leading: () => leading, outcome };
};

beforeEach(() => {
  clock = new FakeClock();
  server = new LeaseServer();
});

describe('LeaderElector', () => {
  test('one leads, and keeps leading; the other waits', async () => {
    const [a, b] = [start('a'), start('b')];
    await clock.advanceAsync(120_000);
    expect([a.leading(), b.leading(), server.holder]).toEqual([true, false, 'a']);
    expect(() => b.elector.fence('PATCH /x')).toThrow(FencedError);
    expect(() => a.elector.fence('PATCH /x')).not.toThrow();
    a.stop();
    b.stop();
    await clock.advanceAsync(0);
    await Promise.all([a.outcome, b.outcome]);
  });

  test('a graceful stop hands over within two seconds', async () => {
    const [a, b] = [start('a'), start('b')];
    await clock.advanceAsync(10_000);
    a.stop();
    await clock.advanceAsync(1_100);
    expect(await a.outcome).toBeUndefined();
    expect([b.leading(), server.holder]).toEqual([true, 'b']);
    expect(server.lease && specOf(server.lease).leaseTransitions).toBe(1);
    b.stop();
    await clock.advanceAsync(0);
  });

  test('one that vanishes is followed within fifteen seconds, and not before its lease is over', async () => {
    const hanged = new FakeClock();
    const a = start('a', hanged);
    await hanged.advanceAsync(0);
    const b = start('b');
    await clock.advanceAsync(9_000);
    expect(b.leading()).toBe(false);
    await clock.advanceAsync(3_000);
    expect(b.leading()).toBe(true);
    // The first one wakes up and must see at once, before any timer of its has fired, that its time is over.
    expect(() => a.elector.fence('PATCH /x')).not.toThrow();
    hanged.jumpWall(12_000);
    await hanged.advanceAsync(12_000);
    expect(() => a.elector.fence('PATCH /x')).toThrow(FencedError);
    expect(await a.outcome).toBeInstanceOf(LeaseLostError);
    expect(server.holder).toBe('b');
    b.stop();
    await clock.advanceAsync(0);
  });

  test('one that cannot renew stops writing before another may start', async () => {
    const a = start('a');
    await clock.advanceAsync(1_000);
    server.away = true;
    await clock.advanceAsync(5_000);
    expect(a.leading()).toBe(true);
    await clock.advanceAsync(3_000);
    expect(a.elector.isLeading).toBe(false);
    expect(a.leading()).toBe(false);
    expect(await a.outcome).toBeInstanceOf(LeaseLostError);
  });

  test('a short absence of the API server is survived', async () => {
    const a = start('a');
    await clock.advanceAsync(1_000);
    server.away = true;
    await clock.advanceAsync(4_000);
    server.away = false;
    await clock.advanceAsync(60_000);
    expect(a.leading()).toBe(true);
    a.stop();
    await clock.advanceAsync(0);
  });

  test("another's wall clock does not matter", async () => {
    const fromTheFuture = new FakeClock(Date.UTC(2030, 0, 1));
    const a = start('a', fromTheFuture);
    await fromTheFuture.advanceAsync(0);
    const b = start('b');
    for (let i = 0; i < 60; i += 1) {
      await clock.advanceAsync(1_000);
      clock.jumpWall(i % 2 === 0 ? 3_600_000 : -7_200_000);
      await fromTheFuture.advanceAsync(1_000);
    }
    expect([a.leading(), b.leading()]).toEqual([true, false]);
    a.stop();
    b.stop();
    await fromTheFuture.advanceAsync(0);
    await clock.advanceAsync(0);
  });

  test('a lease that someone deletes is taken again', async () => {
    const a = start('a');
    await clock.advanceAsync(1_000);
    server.lease = undefined;
    await clock.advanceAsync(3_000);
    expect([a.leading(), server.holder]).toEqual([true, 'a']);
    a.stop();
    await clock.advanceAsync(0);
  });
});
