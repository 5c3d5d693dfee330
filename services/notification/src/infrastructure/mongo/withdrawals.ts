import type { Withdrawals } from '../../core/ports/withdrawals.ts';
import type { Collections } from './collections.ts';

export function createWithdrawals({ withdrawals }: Collections): Withdrawals {
  return {
    async record(messageId, at) {
      await withdrawals.updateOne({ _id: messageId }, { $setOnInsert: { at } }, { upsert: true });
    },
    async isWithdrawn(messageId) {
      return (await withdrawals.findOne({ _id: messageId }, { projection: { _id: 1 } })) !== null;
    },
  };
}
