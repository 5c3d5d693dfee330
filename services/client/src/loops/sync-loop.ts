import { backoffMs } from '../core/backoff.ts';
import { failureFrom } from '../core/failure.ts';
import { planSync, progressed } from '../core/sync-plan.ts';
import type { ChannelNews } from '../edge/wire.ts';
import { type LoopDeps, RETRY } from './loop.ts';

export interface SyncLoopDeps extends LoopDeps {
  /** Has to put the entries into the channel's timeline. */
  readonly onNews: (news: ChannelNews) => void;
}

export interface SyncLoop {
  /** Looks whether anything is missing, and sees to it that it is fetched. */
  check(): void;
  offline(): void;
}

/**
 * How long a gap may close by itself before it is fetched, in ms: what two Pods publish at the same moment may arrive in
 * either order.
 */
const PATIENCE_MS = 150;

/**
 * Fetches what is missing, of all channels with one request, one under way at a time. A burst that arrives out of order
 * notices the same gap with every entry of it, and asks once.
 */
export function createSyncLoop(deps: SyncLoopDeps): SyncLoop {
  const { store, clock } = deps;
  let state: 'idle' | 'planned' | 'asking' = 'idle';
  let failures = 0;
  /** Grows with each connection that is lost: what an older one had planned is void. */
  let epoch = 0;

  const wanted = () => planSync(store.state().timelines);

  const runAfter = (milliseconds: number): void => {
    const planned = epoch;
    state = 'planned';
    clock.after(milliseconds, () => {
      if (planned === epoch) void run(planned);
    });
  };

  const run = async (began: number): Promise<void> => {
    state = 'asking';
    try {
      for (let missing = wanted(); missing.length > 0; missing = wanted()) {
        const answer = await deps.requests.sync(missing);
        if (began !== epoch) return;
        answer.forEach(deps.onNews);
        if (!progressed(missing, wanted())) return retry();
        failures = 0;
      }
      state = 'idle';
    } catch (error) {
      if (began !== epoch) return;
      const failure = failureFrom(error);
      retry(failure.kind === 'later' ? failure.retryAfterMs : 0);
    }
  };

  const retry = (retryAfterMs = 0): void => {
    failures += 1;
    runAfter(backoffMs(RETRY, failures, deps.random(), retryAfterMs));
  };

  return {
    check() {
      if (store.state().online && state === 'idle' && wanted().length > 0) runAfter(PATIENCE_MS);
    },
    offline() {
      epoch += 1;
      failures = 0;
      state = 'idle';
    },
  };
}
