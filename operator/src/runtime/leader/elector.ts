import type { Logger } from 'pino';
import type { ApiClient, CallOptions } from '../client/types.ts';
import { sleep, type Clock, type Random } from '../clock.ts';
import { FencedError, isAlreadyExists, isConflict, isNotFound } from '../errors.ts';
import type { KubeObject, NamespacedName } from '../object.ts';
import { claimed, LEASES, mayTake, released, specOf, type LeaseSighting } from './lease.ts';

export interface LeaderTimings {
  /** Others may take over when the lease was not renewed for so long. @default 10_000 */
  leaseMs: number;
  /**
   * The holder stops writing when its last successful renewal was begun so long ago. Shorter than `leaseMs`: the
   * difference is the time that a write already sent has to arrive. @default 7_000
   */
  renewDeadlineMs: number;
  /** @default 2_000 */
  renewEveryMs: number;
  /** How often one that waits looks at the lease: decides how soon it follows a graceful stop. @default 1_000 */
  pollEveryMs: number;
}

export const defaultLeaderTimings: LeaderTimings = {
  leaseMs: 10_000,
  renewDeadlineMs: 7_000,
  renewEveryMs: 2_000,
  pollEveryMs: 1_000,
};

export interface LeaderElectorOptions {
  /** A client of its own without a fence, and with a connection of its own, so that no other call delays a renewal. */
  client: ApiClient;
  lease: NamespacedName;
  /** Unique to this process, not to this machine. */
  identity: string;
  clock: Clock;
  random: Random;
  logger: Logger;
  timings?: Partial<LeaderTimings>;
  onChange?: (leading: boolean) => void;
}

/** The lease was held and is no more. The process must end: what it knows and what it started may be stale. */
export class LeaseLostError extends Error {
  constructor(reason: string) {
    super(`the leader lease was lost: ${reason}`);
    this.name = 'LeaseLostError';
  }
}

/** Lets one process among many lead, by a Lease. */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #timings: LeaderTimings;
  #sighting: LeaseSighting | undefined;
  /** Monotonic ms until which this process may write. */
  #mayWriteUntil = -Infinity;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#timings = { ...defaultLeaderTimings, ...options.timings };
  }

  get isLeading(): boolean {
    return this.#options.clock.monotonic() < this.#mayWriteUntil;
  }

  /**
   * To be called before every write. It reads the clock, so it holds even in the instant after the process was
   * stopped and continued, before any timer of ours has run.
   * @throws FencedError
   */
  readonly fence = (request: string): void => {
    if (!this.isLeading) throw new FencedError(request);
  };

  /**
   * Waits for the lease, then runs `lead` until `signal` aborts (then gives the lease up) or the lease is lost.
   * @throws LeaseLostError, and what `lead` throws
   */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, random, onChange } = this.#options;
    while (!(await this.#try(signal))) {
      if (signal.aborted) return;
      await sleep(clock, this.#timings.pollEveryMs * (0.8 + 0.2 * random()), signal);
    }
    this.#options.logger.info({ identity: this.#options.identity }, 'leading');
    onChange?.(true);
    const term = new AbortController();
    try {
      await this.#serve(signal, term, lead);
    } finally {
      onChange?.(false);
    }
  }

  async #serve(
    signal: AbortSignal,
    term: AbortController,
    lead: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const stop = () => term.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const renewing = this.#keepRenewing(term.signal);
    const leading = lead(term.signal).finally(() => term.abort());
    renewing.catch((error: unknown) => term.abort(error));
    try {
      await Promise.all([leading, renewing]);
    } finally {
      signal.removeEventListener('abort', stop);
      await leading.catch(() => undefined);
      await this.#release();
    }
  }

  /** Resolves when `signal` aborts; rejects when the lease is lost. */
  async #keepRenewing(signal: AbortSignal): Promise<void> {
    const { clock, identity } = this.#options;
    for (;;) {
      await sleep(clock, this.#timings.renewEveryMs, signal);
      if (signal.aborted) return;
      const renewed = await this.#try(signal);
      if (signal.aborted) return;
      if (!this.isLeading) throw new LeaseLostError('it could not be renewed in time');
      const holder = this.#sighting && specOf(this.#sighting.lease).holderIdentity;
      if (!renewed && holder !== identity) {
        this.#mayWriteUntil = -Infinity;
        throw new LeaseLostError(`${holder} holds it`);
      }
    }
  }

  /** Takes or renews the lease if that is allowed. Never rejects: the next try is as good as any. */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { clock, identity, logger } = this.#options;
    // One attempt must leave time for another before the deadline.
    const call = { signal, timeoutMs: this.#timings.renewDeadlineMs / 2 };
    const begun = clock.monotonic();
    try {
      const current = await this.#read(call);
      if (this.#sighting && !mayTake(this.#sighting, identity, clock.monotonic())) return false;
      // A process that was stopped comes here with its term over: what another did since, it cannot know.
      if (this.#mayWriteUntil > -Infinity && !this.isLeading) return false;
      this.#see(await this.#claim(current, call));
      this.#mayWriteUntil = begun + this.#timings.renewDeadlineMs;
      return true;
    } catch (err) {
      const wasFaster = isConflict(err) || isAlreadyExists(err);
      if (!signal.aborted && !wasFaster) logger.warn({ err }, 'the leader lease could not be reached');
      return false;
    }
  }

  #claim(current: KubeObject | undefined, call: CallOptions): Promise<KubeObject> {
    const { client, clock, identity, lease: at } = this.#options;
    const claim = claimed(current, { at, identity, durationMs: this.#timings.leaseMs, now: clock.now() });
    return current ? client.replace(LEASES, claim, call) : client.create(LEASES, claim, call);
  }

  async #read(call: CallOptions): Promise<KubeObject | undefined> {
    try {
      const lease = await this.#options.client.get(LEASES, this.#options.lease, call);
      this.#see(lease);
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#sighting = undefined;
      return undefined;
    }
  }

  #see(lease: KubeObject): void {
    if (this.#sighting?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#sighting = { lease, since: this.#options.clock.monotonic() };
  }

  async #release(): Promise<void> {
    const { client, clock, identity, logger } = this.#options;
    const held = this.#sighting?.lease;
    const stillOurs = this.isLeading && held && specOf(held).holderIdentity === identity;
    this.#mayWriteUntil = -Infinity;
    if (!stillOurs) return;
    try {
      await client.replace(LEASES, released(held, clock.now()), { timeoutMs: 2_000 });
    } catch (err) {
      logger.warn({ err }, 'the leader lease was not released: it runs out by itself');
    }
  }
}
