import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '@chatplatform/kit/ids';
import { conversation, createWorld, GRACE_MS } from '../testing/world.ts';

const HOUR_MS = 3_600_000;

async function offlineConversation(names = ['ada', 'bo', 'cy']) {
  const world = createWorld();
  const talk = conversation(world, names);
  for (const event of [...talk.registered, talk.created]) await world.handle(event);
  return {
    world,
    talk,
    userId: (name: string) => talk.users.find((user) => user.name === name)?.userId ?? '',
  };
}

describe('a message', () => {
  it('is mailed to the members who are offline when the grace ends, never to its sender', async () => {
    const { world, talk, userId } = await offlineConversation();
    await world.handle(talk.message('kettle is on'));
    await world.elapse(GRACE_MS - 1);
    expect(world.mails).toEqual([]);
    world.far.online.add(userId('cy'));
    await world.elapse(1);
    expect(world.mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['bo@example.org', 'ada wrote in Tea'],
    ]);
    expect(world.deps.notifications.published).toEqual([
      { notificationId: world.deps.notifications.all()[0]?.id, userId: userId('bo'), transport: 'email' },
    ]);
  });

  it('tells once when its event comes again, before or after the mail went out', async () => {
    const { world, talk } = await offlineConversation(['ada', 'bo']);
    const event = talk.message('once');
    await world.handle(event);
    await world.handle(event);
    await world.elapse(GRACE_MS);
    await world.handle(event);
    await world.elapse(HOUR_MS);
    expect(world.mailsTo('bo@example.org')).toHaveLength(1);
  });

  it('tells once even when its fan-out was forgotten and the event comes again', async () => {
    const { world, talk } = await offlineConversation(['ada', 'bo']);
    const event = talk.message('once');
    await world.handle(event);
    await world.elapse(GRACE_MS);
    expect(await world.deps.fanOuts.prune(new Date(world.now().getTime() + 1))).toBe(1);
    await world.handle(event);
    await world.elapse(GRACE_MS);
    expect(world.mailsTo('bo@example.org')).toHaveLength(1);
  });

  it.each(['after', 'before'])(
    'is told to nobody when it was deleted, whose event comes %s it',
    async (order) => {
      const { world, talk } = await offlineConversation(['ada', 'bo']);
      const events = [talk.message('never mind'), talk.deleted()];
      for (const event of order === 'after' ? events : events.toReversed()) await world.handle(event);
      await world.elapse(GRACE_MS);
      await world.elapse(HOUR_MS);
      expect(world.mails).toEqual([]);
      expect(world.deps.notifications.all()).toEqual([]);
    },
  );

  it('is not mailed to who left, nor to who joined long after it was said', async () => {
    const { world, talk, userId } = await offlineConversation();
    const { channelId } = talk;
    await world.handle(
      world.event('chat.channel.member-removed.v1', {
        channelId,
        userId: userId('bo'),
        membershipRevision: 1,
      }),
    );
    await world.handle(talk.message('secret'));
    await world.elapse(GRACE_MS);
    const late = newId();
    await world.handle(
      world.event('user.registered.v1', {
        userId: late,
        email: 'late@example.org',
        username: 'late',
        displayName: 'late',
        registeredAt: world.now().toISOString(),
      }),
    );
    await world.elapse(60_000);
    await world.handle(
      world.event('chat.channel.member-added.v1', {
        channelId,
        userId: late,
        role: 'member',
        membershipRevision: 0,
      }),
    );
    await world.elapse(HOUR_MS);
    expect(world.mails.map(({ to }) => to)).toEqual(['cy@example.org']);
  });

  it('says who was mentioned, and lists it for them even while they are online', async () => {
    const { world, talk, userId } = await offlineConversation();
    world.far.online.add(userId('bo')).add(userId('cy'));
    await world.handle(talk.message('bo, tea?', [userId('bo')]));
    await world.elapse(GRACE_MS);
    expect(world.mails).toEqual([]);
    expect(world.deps.notifications.all()).toMatchObject([
      { userId: userId('bo'), kind: 'mention', title: 'ada mentioned you in Tea', deliveries: [] },
    ]);
  });

  it('respects preferences, and sends one push a device', async () => {
    const { world, talk, userId } = await offlineConversation(['ada', 'bo']);
    await world.deps.preferences.save(userId('bo'), { email: false, push: true });
    for (const token of ['token-one', 'token-two']) {
      await world.deps.devices.register({
        id: newId(),
        userId: userId('bo'),
        platform: 'fcm',
        token,
        createdAt: world.now(),
      });
    }
    world.far.pushOutcomes = [{ kind: 'rejected', reason: 'unregistered', gone: true }];
    await world.handle(talk.message('hi'));
    await world.elapse(GRACE_MS);
    expect(world.mails).toEqual([]);
    expect(world.pushes).toEqual(['token-one', 'token-two']);
    expect(world.deps.notifications.all()[0]?.deliveries.map(({ status }) => status)).toEqual([
      'failed',
      'delivered',
    ]);
    const left = await world.deps.devices.findByUsers([userId('bo')]);
    expect(left.map(({ token }) => token)).toEqual(['token-two']);
  });
});

describe('when the gateway cannot be asked', () => {
  it('waits for it', async () => {
    const { world, talk, userId } = await offlineConversation(['ada', 'bo']);
    world.far.presenceAway = true;
    await world.handle(talk.message('hi'));
    await world.elapse(GRACE_MS);
    world.far.presenceAway = false;
    world.far.online.add(userId('bo'));
    await world.elapse(10_000);
    await world.elapse(HOUR_MS);
    expect(world.mails).toEqual([]);
  });

  it('counts everyone as offline when its patience ends', async () => {
    const { world, talk } = await offlineConversation(['ada', 'bo']);
    world.far.presenceAway = true;
    await world.handle(talk.message('hi'));
    await world.elapse(30_000);
    expect(world.mails).toEqual([]);
    await world.elapse(30_000);
    expect(world.mailsTo('bo@example.org')).toHaveLength(1);
  });
});

describe('a mail server that refuses for now', () => {
  it('is tried again with a growing delay under the same Message-ID, and given up in the end', async () => {
    const { world, talk } = await offlineConversation(['ada', 'bo']);
    world.far.emailOutcomes = Array.from({ length: 20 }, () => ({
      kind: 'retry' as const,
      reason: '451 busy',
    }));
    await world.handle(talk.message('hi'));
    await world.elapse(GRACE_MS);
    expect(world.mails).toHaveLength(1);
    await world.elapse(1_000);
    expect(world.mails).toHaveLength(1);
    for (let hour = 0; hour < 24; hour += 1) await world.elapse(HOUR_MS);
    expect(world.mails).toHaveLength(10);
    expect(new Set(world.mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(world.deps.notifications.all()[0]?.deliveries).toMatchObject([
      { status: 'failed', attempts: 10, reason: 'gave up after 10 attempts: 451 busy', dueAt: null },
    ]);
    expect(world.deps.notifications.published).toEqual([]);
  });
});

describe('friendship', () => {
  it('tells the addressee of a request and the requester of its acceptance', async () => {
    const { world, userId } = await offlineConversation(['ada', 'bo']);
    const data = { requestId: newId(), requesterId: userId('ada'), addresseeId: userId('bo') };
    await world.handle(world.event('user.friendship-requested.v1', data));
    await world.elapse(GRACE_MS);
    await world.handle(world.event('user.friendship-accepted.v1', data));
    await world.elapse(GRACE_MS);
    expect(world.mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['bo@example.org', 'ada wants to be your friend'],
      ['ada@example.org', 'bo accepted your friend request'],
    ]);
  });
});

describe('events in any order, any of them twice, with any delay between', () => {
  it('tell every member who was there exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        fc.array(fc.constantFrom(0, 500, GRACE_MS, 90_000), { minLength: 12, maxLength: 12 }),
        async (order, delays) => {
          const world = createWorld();
          const talk = conversation(world, ['ada', 'bo', 'cy']);
          const [, , cy] = talk.users;
          const dee = newId();
          const { channelId } = talk;
          const events = [
            ...talk.registered,
            world.event('user.registered.v1', {
              userId: dee,
              email: 'dee@example.org',
              username: 'dee',
              displayName: 'dee',
              registeredAt: world.now().toISOString(),
            }),
            talk.created,
            world.event('chat.channel.member-added.v1', {
              channelId,
              userId: dee,
              role: 'member',
              membershipRevision: 1,
            }),
            world.event('chat.channel.member-removed.v1', {
              channelId,
              userId: cy?.userId ?? '',
              membershipRevision: 1,
            }),
            world.event('chat.channel.member-added.v1', {
              channelId,
              userId: cy?.userId ?? '',
              role: 'member',
              membershipRevision: 2,
            }),
            talk.message('hello'),
          ];
          const repeated = [...events, ...events.slice(0, 3)];
          const shuffled = repeated
            .map((event, index) => ({ event, rank: order[index] ?? 0 }))
            .sort((a, b) => a.rank - b.rank);
          for (const [index, { event }] of shuffled.entries()) {
            await world.handle(event);
            await world.elapse(delays[index] ?? 0);
          }
          for (let minute = 0; minute < 90; minute += 1) await world.elapse(60_000);
          const recipients = world.deps.notifications.published.map(({ userId }) => userId).sort();
          const expected = [...talk.users.slice(1).map(({ userId }) => userId), dee].sort();
          expect(recipients).toEqual(expected);
          expect(world.mails.map(({ to }) => to).sort()).toEqual([
            'bo@example.org',
            'cy@example.org',
            'dee@example.org',
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
