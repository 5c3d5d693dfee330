import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { Channel } from '@chatplatform/contracts/http/chat';
import type { Problem } from '@chatplatform/contracts/problem';
import { systemClock } from '@chatplatform/kit/clock';
import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { completeAbandonedCreations } from './core/commands/complete-creation.ts';
import { directKey } from './core/domain/channel.ts';
import { channelCreated } from './core/domain/events.ts';
import { createChannelStore } from './infrastructure/mongo/channel-store.ts';
import { createMembershipStore } from './infrastructure/mongo/membership-store.ts';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores('channels', () => {
  let world: ChatWorld;
  let [ada, bob, eve] = ['', '', ''];

  beforeAll(async () => {
    world = await startChatWorld();
    [ada, bob, eve] = [await world.person(), await world.person(), await world.person()];
  });

  afterAll(() => world.stop());

  it('is ready once its schema stands', async () => {
    const response = await fetch(`${world.pods[0]?.managementUrl}/readyz`);
    expect(response.status).toBe(200);
  });

  it('learns who exists from events', async () => {
    const [newcomer, latecomer] = [newId(), newId()];
    const publish = <T extends EventType>(type: T, subject: string, data: EventData<T>): Promise<void> =>
      world.bus.publish(
        newEvent({ type, source: '/services/test', subject, data: data as never, now: new Date() }),
      );
    await publish('user.registered.v1', newcomer, {
      userId: newcomer,
      email: 'newcomer@people.example',
      username: 'newcomer',
      displayName: 'New',
      registeredAt: new Date().toISOString(),
    });
    await publish('user.profile-updated.v1', latecomer, {
      userId: latecomer,
      username: 'latecomer',
      displayName: 'Late',
      avatarMediaId: null,
      revision: 3,
    });
    for (const peerId of [newcomer, latecomer]) {
      await eventually(
        () => world.ask(0, ada, 'POST ', { kind: 'direct', peerId }),
        ({ status }) => status === 201 || status === 200,
      );
    }
  }, 30_000);

  it('completes a channel whose creator died half-way', async () => {
    const events = { clock: systemClock, nudge: () => undefined };
    const [channels, memberships] = [
      createChannelStore(world.mongo.db, events),
      createMembershipStore(world.mongo.db),
    ];
    const channel = {
      id: newId(),
      kind: 'direct' as const,
      name: null,
      createdBy: bob,
      createdAt: new Date(Date.now() - 60_000),
      directKey: directKey(bob, eve),
      archived: false,
      lastSeq: 0,
      messageCount: 0,
      movesSeq: 0,
      untoldMoves: [],
      pendingMemberIds: [bob, eve],
    };
    await channels.insert(channel, channelCreated(channel, channel.pendingMemberIds));
    expect(await world.inListOf(eve, channel.id)).toBeUndefined();
    const live = { joined: () => undefined };
    const begunBefore = new Date(Date.now() - 30_000);
    await completeAbandonedCreations({ channels, memberships, live }, begunBefore);
    expect(await world.inListOf(eve, channel.id)).toMatchObject({ memberCount: 2, peerId: bob });
    expect(await completeAbandonedCreations({ channels, memberships, live }, begunBefore)).toBe(0);
    expect(await world.ask<Channel>(0, eve, 'POST ', { kind: 'direct', peerId: bob })).toMatchObject({
      status: 200,
      body: { id: channel.id },
    });
  });

  it('keeps one direct channel a pair, whoever asks, at once and through both Pods', async () => {
    const answers = await Promise.all([
      world.ask<Channel>(0, ada, 'POST ', { kind: 'direct', peerId: eve }),
      world.ask<Channel>(1, eve, 'POST ', { kind: 'direct', peerId: ada }),
      world.ask<Channel>(1, ada, 'POST ', { kind: 'direct', peerId: eve }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({
      kind: 'direct',
      name: null,
      peerId: eve,
      memberCount: 2,
      role: 'member',
    });
    expect(answers[1]?.body.peerId).toBe(ada);
  });

  it('names those it does not know', async () => {
    const nobody = newId();
    const group = await world.ask<Problem>(0, ada, 'POST ', {
      kind: 'group',
      name: 'x',
      memberIds: [bob, nobody],
    });
    expect(group).toMatchObject({ status: 400, body: { errors: [{ field: 'memberIds.1' }] } });
    const direct = await world.ask<Problem>(0, ada, 'POST ', { kind: 'direct', peerId: nobody });
    expect(direct).toMatchObject({ status: 400, body: { errors: [{ field: 'peerId' }] } });
  });
});
