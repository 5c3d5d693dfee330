import type { Receipt } from '../domain/entry.ts';
import { furthestOf } from '../domain/projection.ts';
import type { Appender } from './append/create-appender.ts';

export interface ReceiptGatherer {
  /** Resolves once the receipt is in the channel's stream. @see ChannelWriter.append for what it rejects with */
  add(channelId: string, receipt: Receipt): Promise<void>;
}

export interface ReceiptGathererDeps {
  readonly appender: Pick<Appender, 'append'>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** One entry a channel in this time at most, however many people read. */
const WINDOW_MS = 500;

interface Gathering {
  receipts: Map<string, Receipt>;
  written: PromiseWithResolvers<void>;
}

/** Told one by one, receipts would outnumber messages by the number of readers. The first goes at once. */
export function createReceiptGatherer({ appender, pause }: ReceiptGathererDeps): ReceiptGatherer {
  const gatherings = new Map<string, Gathering>();

  const write = async (channelId: string, { receipts, written }: Gathering): Promise<void> => {
    try {
      await appender.append({
        channelId,
        actorId: null,
        operation: null,
        concerns: [...receipts.keys()],
        decide: ({ standings }) => {
          const current = [...receipts.values()].filter(({ userId }) => standings.get(userId)?.active);
          return current.length === 0 ? undefined : { type: 'receipts', receipts: current };
        },
      });
      written.resolve();
    } catch (error) {
      written.reject(error);
    }
  };

  const run = async (channelId: string): Promise<void> => {
    for (;;) {
      const gathering = gatherings.get(channelId);
      if (!gathering || gathering.receipts.size === 0) break;
      gatherings.set(channelId, startGathering());
      await write(channelId, gathering);
      await pause(WINDOW_MS);
    }
    gatherings.delete(channelId);
  };

  return {
    add(channelId, receipt) {
      const running = gatherings.get(channelId);
      const gathering = running ?? startGathering();
      const earlier = gathering.receipts.get(receipt.userId);
      gathering.receipts.set(receipt.userId, earlier ? furthestOf(earlier, receipt) : receipt);
      if (!running) {
        gatherings.set(channelId, gathering);
        void run(channelId);
      }
      return gathering.written.promise;
    },
  };
}

const startGathering = (): Gathering => ({ receipts: new Map(), written: Promise.withResolvers() });
