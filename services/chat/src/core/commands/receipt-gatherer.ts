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

  const write = async (
    channelId: string,
    { receipts, written }: Gathering,
    told: Map<string, Receipt>,
  ): Promise<void> => {
    let news: Receipt[] = [];
    try {
      await appender.append({
        channelId,
        actorId: null,
        operation: null,
        concerns: [...receipts.keys()],
        decide: ({ standings }) => {
          news = [...receipts.values()]
            .filter(({ userId }) => standings.get(userId)?.active)
            .flatMap((receipt) => beyond(told.get(receipt.userId), receipt) ?? []);
          return news.length === 0 ? undefined : { type: 'receipts', receipts: news };
        },
      });
      for (const receipt of news) told.set(receipt.userId, receipt);
      written.resolve();
    } catch (error) {
      written.reject(error);
    }
  };

  const run = async (channelId: string): Promise<void> => {
    const told = new Map<string, Receipt>();
    for (;;) {
      const gathering = gatherings.get(channelId);
      if (!gathering || gathering.receipts.size === 0) break;
      gatherings.set(channelId, startGathering());
      await write(channelId, gathering, told);
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

/**
 * What a receipt adds to what was told; undefined: nothing. Requests overtake one another, so one that took its time may say
 * less than an entry that is in the stream already.
 */
function beyond(told: Receipt | undefined, receipt: Receipt): Receipt | undefined {
  if (told === undefined) return receipt;
  const both = furthestOf(told, receipt);
  return both.readSeq > told.readSeq || both.deliveredSeq > told.deliveredSeq ? both : undefined;
}

const startGathering = (): Gathering => ({ receipts: new Map(), written: Promise.withResolvers() });
