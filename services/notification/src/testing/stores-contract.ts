import { beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { pendingDelivery } from '../core/domain/delivery.ts';
import type { Membership } from '../core/domain/channel.ts';
import type { Notification } from '../core/domain/notification.ts';
import type { DeviceRepository, PreferencesRepository } from '../core/ports/devices.ts';
import type { FanOutQueue } from '../core/ports/fan-out-queue.ts';
import type { NotificationRepository } from '../core/ports/notification-repository.ts';
import type { ChannelDirectory, PeopleRepository } from '../core/ports/projections.ts';
import type { Withdrawals } from '../core/ports/withdrawals.ts';

export interface Stores {
  readonly people: PeopleRepository;
  readonly channels: ChannelDirectory;
  readonly fanOuts: FanOutQueue;
  readonly withdrawals: Withdrawals;
  readonly notifications: NotificationRepository;
  readonly devices: DeviceRepository;
  readonly preferences: PreferencesRepository;
}

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

/** What every set of adapters must do; run against the fakes and against a real server alike. */
export function describeStoresContract(name: string, freshStores: () => Promise<Stores>): void {
  describe(`${name} keeps the contract of the stores`, () => {
    let stores: Stores;
    beforeEach(async () => {
      stores = await freshStores();
    });

    describe('people', () => {
      const userId = newId();
      const person = async () => (await stores.people.findMany([userId, newId()])).get(userId);

      it('merges registration and profile in either order', async () => {
        await stores.people.recordProfile({ userId, displayName: 'Ada L.', revision: 1 });
        expect(await person()).toEqual({ userId, displayName: 'Ada L.', email: null });
        await stores.people.recordRegistration({ userId, displayName: 'ada', email: 'ada@example.org' });
        expect(await person()).toEqual({ userId, displayName: 'Ada L.', email: 'ada@example.org' });
      });

      it('drops a profile that comes after a newer one', async () => {
        await stores.people.recordRegistration({ userId, displayName: 'ada', email: 'ada@example.org' });
        await stores.people.recordProfile({ userId, displayName: 'new', revision: 2 });
        await stores.people.recordProfile({ userId, displayName: 'old', revision: 1 });
        await stores.people.recordRegistration({ userId, displayName: 'ada', email: 'ada@example.org' });
        expect(await person()).toMatchObject({ displayName: 'new' });
      });
    });

    describe('channels', () => {
      const channelId = newId();
      const membership = (userId: string, revision: number, active: boolean): Membership => ({
        channelId,
        userId,
        revision,
        active,
        since: at(revision),
      });

      it('lets the higher revision win, whichever comes first', async () => {
        const [bo, cy] = [newId(), newId()];
        await stores.channels.recordMemberships([membership(bo, 0, true), membership(cy, 3, true)]);
        await stores.channels.recordMemberships([membership(bo, 1, false), membership(cy, 2, false)]);
        await stores.channels.recordMemberships([membership(bo, 0, true)]);
        expect(await stores.channels.activeMembers(channelId)).toEqual([membership(cy, 3, true)]);
      });

      it('knows a channel once told of it', async () => {
        const channel = { channelId, kind: 'direct' as const, name: null };
        expect(await stores.channels.findChannel(channelId)).toBeNull();
        await stores.channels.recordChannel(channel);
        await stores.channels.recordChannel(channel);
        expect(await stores.channels.findChannel(channelId)).toEqual(channel);
      });
    });

    describe('withdrawals', () => {
      it('knows a message that was deleted, once or twice, and no other', async () => {
        const messageId = `${newId()}:1`;
        expect(await stores.withdrawals.isWithdrawn(messageId)).toBe(false);
        await stores.withdrawals.record(messageId, at(0));
        await stores.withdrawals.record(messageId, at(1));
        expect(await stores.withdrawals.isWithdrawn(messageId)).toBe(true);
        expect(await stores.withdrawals.isWithdrawn(`${newId()}:1`)).toBe(false);
      });
    });

    describe('fan-outs', () => {
      const channelId = newId();
      const fanOut = (eventId: string) => ({
        eventId,
        occasion: {
          kind: 'message' as const,
          messageId: `${channelId}:1`,
          channelId,
          senderId: newId(),
          text: 'hi',
          attachmentCount: 0,
          mentions: [],
        },
        occurredAt: at(0),
        traceparent: null,
      });

      it('hands out what is due once, the longest due first, and again when the lease ends', async () => {
        const [first, second] = [fanOut(newId()), fanOut(newId())];
        await stores.fanOuts.enqueue(second, at(6));
        await stores.fanOuts.enqueue(first, at(5));
        await stores.fanOuts.enqueue(first, at(0));
        expect(await stores.fanOuts.claimDue(at(4), at(60))).toBeNull();
        expect((await stores.fanOuts.claimDue(at(7), at(60)))?.fanOut).toEqual(first);
        expect((await stores.fanOuts.claimDue(at(7), at(60)))?.fanOut.eventId).toBe(second.eventId);
        expect(await stores.fanOuts.claimDue(at(59), at(99))).toBeNull();
        expect(await stores.fanOuts.claimDue(at(60), at(99))).not.toBeNull();
      });

      it('gives one piece to one of many workers', async () => {
        await Promise.all([1, 2, 3].map(() => stores.fanOuts.enqueue(fanOut(newId()), at(0))));
        const claims = await Promise.all(
          Array.from({ length: 8 }, () => stores.fanOuts.claimDue(at(1), at(60))),
        );
        const claimed = claims.flatMap((claim) => (claim === null ? [] : [claim.fanOut.eventId]));
        expect(new Set(claimed).size).toBe(3);
        expect(claimed).toHaveLength(3);
      });

      it('ignores who lost the claim, and takes a settled one back when re-opened', async () => {
        const eventId = newId();
        await stores.fanOuts.enqueue(fanOut(eventId), at(0));
        await stores.fanOuts.reopen(channelId, at(0), at(1));
        const claim = await stores.fanOuts.claimDue(at(1), at(60));
        if (claim === null) throw new Error('nothing to claim');
        await stores.fanOuts.reopen(channelId, at(0), at(2));
        await stores.fanOuts.settle(claim, at(2));
        const again = await stores.fanOuts.claimDue(at(2), at(60));
        if (again === null) throw new Error('the lost claim settled it');
        await stores.fanOuts.settle(again, at(3));
        expect(await stores.fanOuts.claimDue(at(999), at(1000))).toBeNull();
        await stores.fanOuts.reopen(channelId, at(1), at(4));
        expect(await stores.fanOuts.claimDue(at(999), at(1000))).toBeNull();
        await stores.fanOuts.reopen(channelId, at(0), at(4));
        expect((await stores.fanOuts.claimDue(at(5), at(60)))?.fanOut.eventId).toBe(eventId);
      });

      it('does not hurry one that waits for its first time', async () => {
        await stores.fanOuts.enqueue(fanOut(newId()), at(5));
        await stores.fanOuts.reopen(channelId, at(0), at(1));
        expect(await stores.fanOuts.claimDue(at(4), at(60))).toBeNull();
      });

      it('postpones, and forgets only what was settled long ago', async () => {
        for (const id of [newId(), newId()]) await stores.fanOuts.enqueue(fanOut(id), at(0));
        const [kept, gone] = [
          await stores.fanOuts.claimDue(at(1), at(60)),
          await stores.fanOuts.claimDue(at(1), at(60)),
        ];
        if (kept === null || gone === null) throw new Error('nothing to claim');
        await stores.fanOuts.postpone(kept, at(10));
        await stores.fanOuts.settle(gone, at(2));
        expect(await stores.fanOuts.prune(at(2))).toBe(0);
        expect(await stores.fanOuts.prune(at(3))).toBe(1);
        expect(await stores.fanOuts.claimDue(at(9), at(60))).toBeNull();
        expect((await stores.fanOuts.claimDue(at(10), at(60)))?.fanOut.eventId).toBe(kept.fanOut.eventId);
      });
    });

    describe('notifications', () => {
      const notification = (userId: string, eventId = newId()): Notification => ({
        id: newId(),
        eventId,
        userId,
        kind: 'message',
        title: 'ada wrote to you',
        body: 'hi',
        channelId: newId(),
        createdAt: at(0),
        deliveries: [pendingDelivery('email', null, at(1)), pendingDelivery('push', newId(), at(2))],
        traceparent: null,
      });

      it('keeps one an event and person, and the first of them', async () => {
        const [userId, eventId] = [newId(), newId()];
        const first = notification(userId, eventId);
        expect(await stores.notifications.addMissing([first, notification(newId(), eventId)])).toBe(2);
        expect(
          await stores.notifications.addMissing([notification(userId, eventId), notification(newId())]),
        ).toBe(1);
        expect(await stores.notifications.list(userId, { before: null, limit: 10 })).toEqual([first]);
      });

      it('records attempts under the claim only', async () => {
        const userId = newId();
        await stores.notifications.addMissing([notification(userId)]);
        expect(await stores.notifications.claimDue(at(0), at(60))).toBeNull();
        const claim = await stores.notifications.claimDue(at(1), at(60));
        const email = claim?.notification.deliveries[0];
        if (!claim || !email) throw new Error('nothing to claim');
        expect(await stores.notifications.renew(claim, at(90))).toBe(true);
        expect(await stores.notifications.claimDue(at(89), at(120))).toBeNull();
        const successor = await stores.notifications.claimDue(at(90), at(120));
        if (!successor) throw new Error('an ended lease was not handed out');
        const delivery = { ...email, status: 'delivered' as const, attempts: 1, dueAt: null };
        const delivered = { notificationId: claim.notification.id, userId, transport: 'email' as const };
        expect(await stores.notifications.recordAttempt(claim, { index: 0, delivery, delivered })).toBe(
          false,
        );
        expect(await stores.notifications.renew(claim, at(999))).toBe(false);
        await stores.notifications.release(claim, null);
        expect(await stores.notifications.recordAttempt(successor, { index: 0, delivery, delivered })).toBe(
          true,
        );
        await stores.notifications.release(successor, at(200));
        const again = await stores.notifications.claimDue(at(200), at(300));
        expect(again?.notification.deliveries.map(({ status }) => status)).toEqual(['delivered', 'pending']);
      });

      it('lists one person page by page, the newest first', async () => {
        const userId = newId();
        const mine = [1, 2, 3].map(() => notification(userId));
        await stores.notifications.addMissing([...mine, notification(newId())]);
        const newest = mine
          .map(({ id }) => id)
          .sort()
          .reverse();
        const page = await stores.notifications.list(userId, { before: null, limit: 2 });
        expect(page.map(({ id }) => id)).toEqual(newest.slice(0, 2));
        const rest = await stores.notifications.list(userId, { before: newest[1] ?? null, limit: 2 });
        expect(rest.map(({ id }) => id)).toEqual(newest.slice(2));
      });
    });

    describe('devices and preferences', () => {
      const device = (userId: string, token: string) => ({
        id: newId(),
        userId,
        platform: 'fcm' as const,
        token,
        createdAt: at(0),
      });

      it('gives a token to who registered it last and keeps its id', async () => {
        const [ada, bo, token] = [newId(), newId(), newId()];
        const first = await stores.devices.register(device(ada, token));
        const second = await stores.devices.register(device(bo, token));
        expect(second).toEqual({ ...first, userId: bo });
        expect(await stores.devices.findByUsers([ada])).toEqual([]);
        expect(await stores.devices.find(first.id)).toEqual(second);
      });

      it('lets the owner remove a device, and the push service one whose token it knows', async () => {
        const [ada, token] = [newId(), newId()];
        const { id } = await stores.devices.register(device(ada, token));
        expect(await stores.devices.remove(newId(), id)).toBe(false);
        await stores.devices.forget(id, 'another token');
        expect(await stores.devices.find(id)).not.toBeNull();
        await stores.devices.forget(id, token);
        expect(await stores.devices.find(id)).toBeNull();
        const other = await stores.devices.register(device(ada, token));
        expect(await stores.devices.remove(ada, other.id)).toBe(true);
      });

      it('makes one device of a token registered many times at once', async () => {
        const [ada, token] = [newId(), newId()];
        const made = await Promise.all(
          Array.from({ length: 6 }, () => stores.devices.register(device(ada, token))),
        );
        expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      });

      it('remembers what a person chose', async () => {
        const [ada, bo] = [newId(), newId()];
        await stores.preferences.save(ada, { email: true, push: true });
        await stores.preferences.save(ada, { email: false, push: true });
        expect([...(await stores.preferences.findMany([ada, bo]))]).toEqual([
          [ada, { email: false, push: true }],
        ]);
      });
    });
  });
}
