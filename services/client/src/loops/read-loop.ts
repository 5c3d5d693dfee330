import { backoffMs } from '../core/backoff.ts';
import type { ReadMark } from '../core/channels.ts';
import { failureFrom } from '../core/failure.ts';
import { type LoopDeps, RETRY } from './loop.ts';

export interface ReadLoopDeps extends LoopDeps {
  readonly onRead: (mark: Omit<ReadMark, 'userId'>) => void;
}

export interface ReadLoop {
  /** The mark only grows; the highest one wished for reaches the server, across connections. */
  markRead(channelId: string, seq: number): void;
  online(): void;
}

/** Brings read marks to the server, with one request a channel under way at a time. */
export function createReadLoop(deps: ReadLoopDeps): ReadLoop {
  const wished = new Map<string, number>();
  const underWay = new Set<string>();

  const push = async (channelId: string): Promise<void> => {
    if (underWay.has(channelId)) return;
    underWay.add(channelId);
    try {
      for (let seq = wished.get(channelId); seq !== undefined; seq = wished.get(channelId)) {
        deps.onRead(await deps.requests.read(channelId, seq));
        if (wished.get(channelId) === seq) wished.delete(channelId);
      }
    } catch (error) {
      const failure = failureFrom(error);
      if (failure.kind === 'refused') wished.delete(channelId);
      // Lost: the next connection takes it up, unless it stood already when the loss was noticed. A service that is away is
      // asked again.
      else if (failure.kind !== 'lost' || deps.store.state().online)
        deps.clock.after(
          backoffMs(RETRY, 1, deps.random(), retryAfterOf(failure)),
          () => void push(channelId),
        );
    } finally {
      underWay.delete(channelId);
    }
  };

  return {
    markRead(channelId, seq) {
      if (
        seq <= Math.max(wished.get(channelId) ?? 0, deps.store.state().channels.get(channelId)?.readSeq ?? 0)
      )
        return;
      wished.set(channelId, seq);
      if (deps.store.state().online) void push(channelId);
    },
    online() {
      for (const channelId of wished.keys()) void push(channelId);
    },
  };
}

const retryAfterOf = (failure: { kind: string; retryAfterMs?: number }): number => failure.retryAfterMs ?? 0;
