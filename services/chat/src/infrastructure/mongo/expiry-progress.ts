import type { Db } from 'mongodb';
import type { ExpiryProgress } from '../../core/ports/expiry-progress.ts';
import { channelsIn } from './documents.ts';
import type { ChannelDocument } from './documents.ts';
import { onStore } from './store-failure.ts';

export function createExpiryProgress(db: Db): ExpiryProgress {
  const channels = channelsIn(db);
  return {
    async page(createdBefore, after, limit) {
      const found = await onStore(() =>
        channels
          .find<Pick<ChannelDocument, '_id' | 'expiredUpTo'>>(
            { _id: { $gt: after }, createdAt: { $lt: createdBefore } },
            { projection: { expiredUpTo: 1 } },
          )
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      );
      return found.map(({ _id: channelId, expiredUpTo = 0 }) => ({ channelId, expiredUpTo }));
    },
    async advance(channelId, expiredUpTo) {
      await onStore(() => channels.updateOne({ _id: channelId }, { $max: { expiredUpTo } }));
    },
  };
}
