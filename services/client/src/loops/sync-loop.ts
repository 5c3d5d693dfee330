import type { SyncResult } from '@chatplatform/contracts/frames/socket';
import { backoffMs } from '../core/backoff.ts';
import { gapAfter } from '../core/channel-log.ts';
import { failureFrom } from '../core/failure.ts';
import { endSync, failSync, planSync, startSync, type SyncTurns } from '../core/sync-turns.ts';
import { type LoopDeps, RETRY } from './loop.ts';

export interface SyncLoopDeps extends LoopDeps {
  /** Has to put the page into the channel's log. */
  readonly onPage: (channelId: string, page: SyncResult) => void;
}

export interface SyncLoop {
  /** Looks whether anything is missing, and sees to it that it is fetched. */
  check(channelId: string): void;
  offline(): void;
}

/**
 * How long a gap may close by itself before it is fetched, in ms: what two Pods publish at the same moment may arrive in
 * either order.
 */
const PATIENCE_MS = 150;
const PAGE = 200;

/** Fetches what is missing, with one request a channel under way at a time. */
export function createSyncLoop(deps: SyncLoopDeps): SyncLoop {
  const { store, clock } = deps;
  let turns: SyncTurns = new Map();
  /** Grows with each connection that is lost: what an older one had planned is void. */
  let epoch = 0;

  const gapOf = (channelId: string): number | undefined => {
    const log = store.state().logs.get(channelId);
    return log === undefined ? undefined : gapAfter(log);
  };

  const check = (channelId: string): void => {
    if (!store.state().online || gapOf(channelId) === undefined) return;
    const planned = planSync(turns, channelId);
    if (planned === undefined) return;
    turns = planned;
    runAfter(PATIENCE_MS, channelId);
  };

  const runAfter = (milliseconds: number, channelId: string): void => {
    const planned = epoch;
    clock.after(milliseconds, () => {
      if (planned === epoch) void run(channelId);
    });
  };

  const run = async (channelId: string): Promise<void> => {
    const began = epoch;
    turns = startSync(turns, channelId);
    try {
      for (let after = gapOf(channelId); after !== undefined; after = gapOf(channelId)) {
        const page = await deps.connection.request('channel:sync', {
          channelId,
          afterSeq: after,
          limit: PAGE,
        });
        if (began !== epoch) return;
        deps.onPage(channelId, page);
        // A server that is behind (what is missing is not readable there yet) must not be asked in a circle.
        if (gapOf(channelId) === after) return retry(channelId);
      }
      turns = endSync(turns, channelId);
    } catch (error) {
      if (began !== epoch) return;
      const failure = failureFrom(error);
      if (failure.kind === 'refused') turns = endSync(turns, channelId);
      else retry(channelId, failure.kind === 'later' ? failure.retryAfterMs : 0);
    }
  };

  const retry = (channelId: string, retryAfterMs = 0): void => {
    const failed = failSync(turns, channelId);
    turns = failed.turns;
    runAfter(backoffMs(RETRY, failed.failures, deps.random(), retryAfterMs), channelId);
  };

  return {
    check,
    offline() {
      epoch += 1;
      turns = new Map();
    },
  };
}
