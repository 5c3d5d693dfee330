import { afterAll, describe, expect, it } from '@jest/globals';
import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { connectMongo, embeddedOutbox } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { pendingDelivery } from '../../core/domain/delivery.ts';
import { describeStoresContract } from '../../testing/stores-contract.ts';
import { collectionsOf } from './collections.ts';
import type { Collections } from './collections.ts';
import { createChannelDirectory } from './channel-directory.ts';
import { createDeviceRepository, createPreferencesRepository } from './device-repository.ts';
import { createFanOutQueue } from './fan-out-queue.ts';
import { createNotificationRepository } from './notification-repository.ts';
import { createPeopleRepository } from './people-repository.ts';
import { checkSchema, migrateSchema } from './schema.ts';
import { createWithdrawals } from './withdrawals.ts';

const url = process.env['MONGODB_URL'];
const connections: MongoConnection[] = [];

async function freshDatabase(): Promise<MongoConnection> {
  const mongo = await connectMongo({ url: url ?? '', database: `notification_${newId().slice(-12)}` });
  connections.push(mongo);
  return mongo;
}

function storesOf(collections: Collections) {
  return {
    people: createPeopleRepository(collections),
    channels: createChannelDirectory(collections),
    fanOuts: createFanOutQueue(collections, newId),
    withdrawals: createWithdrawals(collections),
    devices: createDeviceRepository(collections),
    preferences: createPreferencesRepository(collections),
    notifications: createNotificationRepository(collections, {
      newId,
      deliveredEvent: (data) =>
        newEvent({
          type: 'notification.delivered.v1',
          source: '/services/notification',
          subject: data.userId,
          data,
          now: new Date(),
        }),
      onOutbox: () => undefined,
    }),
  };
}

afterAll(async () => {
  for (const mongo of connections) {
    await mongo.db.dropDatabase();
    await mongo.close();
  }
});

if (url === undefined) {
  describe.skip('the MongoDB adapters (needs MONGODB_URL)', () => {
    it('keep the contract of the stores', () => undefined);
  });
} else {
  describeStoresContract('MongoDB', async () => {
    const mongo = await freshDatabase();
    await migrateSchema(mongo.db);
    return storesOf(collectionsOf(mongo.db));
  });

  describe('the MongoDB adapters', () => {
    it('are not ready before the migration, which may run several times at once', async () => {
      const { db } = await freshDatabase();
      await expect(checkSchema(db)).rejects.toThrow('migrate');
      await Promise.all([migrateSchema(db), migrateSchema(db)]);
      await migrateSchema(db);
      await expect(checkSchema(db)).resolves.toBeUndefined();
    });

    it('write the event of a delivery into the same document, once', async () => {
      const { db } = await freshDatabase();
      await migrateSchema(db);
      const collections = collectionsOf(db);
      const { notifications } = storesOf(collections);
      const [id, userId] = [newId(), newId()];
      const due = new Date();
      await notifications.addMissing([
        {
          id,
          eventId: newId(),
          userId,
          kind: 'message',
          title: 't',
          body: 'b',
          channelId: null,
          createdAt: due,
          deliveries: [pendingDelivery('email', null, due)],
          traceparent: null,
        },
      ]);
      const claim = await notifications.claimDue(due, new Date(due.getTime() + 1000));
      const [delivery] = claim?.notification.deliveries ?? [];
      if (!claim || !delivery) throw new Error('nothing to claim');
      const outbox = embeddedOutbox([collections.notifications]);
      expect(await outbox.pending(10)).toEqual([]);
      await notifications.recordAttempt(claim, {
        index: 0,
        delivery: { ...delivery, status: 'delivered', dueAt: null },
        delivered: { notificationId: id, userId, transport: 'email' },
      });
      const pending = await outbox.pending(10);
      expect(pending.map(({ event }) => [event.type, event.data])).toEqual([
        ['notification.delivered.v1', { notificationId: id, userId, transport: 'email' }],
      ]);
      await outbox.markPublished(pending);
      expect(await outbox.pending(10)).toEqual([]);
      expect((await notifications.list(userId, { before: null, limit: 1 }))[0]?.deliveries[0]?.status).toBe(
        'delivered',
      );
    });
  });
}
