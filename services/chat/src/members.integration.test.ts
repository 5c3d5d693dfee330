import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Channel, ChannelRole, Member } from '@chatplatform/contracts/http/chat';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores('members', () => {
  let world: ChatWorld;
  let [ada, bob, eve] = ['', '', ''];

  beforeAll(async () => {
    world = await startChatWorld();
    [ada, bob, eve] = [await world.person(), await world.person(), await world.person()];
  });

  afterAll(() => world.stop());

  it('lets people join, be added, leave and be removed, and tells other services', async () => {
    const { body: open } = await world.ask<Channel>(0, ada, 'POST ', {
      kind: 'public',
      name: `Town ${world.name}`,
    });
    await world.say(0, ada, open.id, 'before anybody came');
    const found = await world.ask<{ items: { id: string; memberCount: number }[] }>(
      0,
      bob,
      `GET /public?query=TOWN%20${world.name}`,
    );
    expect(found.body.items).toMatchObject([{ id: open.id, memberCount: 1 }]);
    expect((await world.ask(0, bob, `GET /${open.id}`)).status).toBe(404);
    expect(await world.ask(0, bob, `POST /${open.id}/members`, { userId: bob })).toMatchObject({
      status: 201,
    });
    expect(await world.ask(1, bob, `POST /${open.id}/members`, { userId: bob })).toMatchObject({
      status: 200,
    });
    expect(await world.inListOf(bob, open.id)).toMatchObject({
      unreadCount: 0,
      lastSeq: 2,
      messageCount: 1,
      memberCount: 2,
      role: 'member',
    });
    await world.say(0, ada, open.id, 'one more');
    expect(await world.inListOf(bob, open.id)).toMatchObject({ unreadCount: 1 });
    expect((await world.ask(0, bob, `DELETE /${open.id}/members/${ada}`)).status).toBe(403);
    expect((await world.ask(0, ada, `DELETE /${open.id}/members/${ada}`)).status).toBe(204);
    expect(await world.inListOf(bob, open.id)).toMatchObject({ role: 'owner', memberCount: 1 });
    expect((await world.say(0, ada, open.id, 'after leaving')).status).toBe(404);
    const revisions = await eventually(
      () =>
        world.published
          .filter(({ type, subject }) => subject === open.id && type.startsWith('chat.channel.member'))
          .map(({ type, data }) => {
            const { userId, membershipRevision } = data as { userId: string; membershipRevision: number };
            return `${type.split('.')[2]} ${userId === ada ? 'ada' : 'bob'} ${membershipRevision}`;
          }),
      (found) => new Set(found).size >= 3,
    );
    expect(new Set(revisions)).toEqual(
      new Set(['member-added bob 1', 'member-added bob 2', 'member-removed ada 1']),
    );
  });

  it('shows a group to nobody outside, and a retry of a removed sender its first result', async () => {
    const group = await world.createGroup(ada, bob);
    expect((await world.ask(0, eve, `POST /${group.id}/members`, { userId: eve })).status).toBe(404);
    expect((await world.ask(0, bob, `POST /${group.id}/members`, { userId: eve })).status).toBe(403);
    const id = newId();
    const first = await world.say(0, bob, group.id, { text: 'mine', clientMessageId: id });
    expect((await world.ask(0, ada, `DELETE /${group.id}/members/${bob}`)).status).toBe(204);
    expect(await world.say(0, bob, group.id, { text: 'mine', clientMessageId: id })).toMatchObject({
      status: 200,
      body: first.body,
    });
    expect((await world.say(0, bob, group.id, 'another')).status).toBe(404);
    expect((await world.ask(0, bob, `GET /${group.id}/messages`)).status).toBe(404);
  });

  it('removes once, however often and by whichever Pod it is asked', async () => {
    const group = await world.createGroup(ada, bob);
    const remove = async (pod: number, actor: string, whom: string) =>
      (await world.ask(pod, actor, `DELETE /${group.id}/members/${whom}`)).status;
    expect(await remove(0, ada, eve)).toBe(404);
    expect([await remove(0, ada, bob), await remove(1, ada, bob), await remove(1, bob, bob)]).toEqual([
      204, 204, 204,
    ]);
    expect(await remove(0, eve, eve)).toBe(404);
    expect((await world.stream(ada, group.id)).map(({ type }) => type)).toEqual(['member-removed']);
  });

  const roleOf = (pod: number, actor: string, [channelId, whom]: [string, string], role: ChannelRole) =>
    world.ask<Member>(pod, actor, `PUT /${channelId}/members/${whom}`, { role });
  const react = (pod: number, who: string, channelId: string, seq: number) =>
    world.ask(pod, who, `PUT /${channelId}/messages/${seq}/reactions`, {
      clientOperationId: newId(),
      emoji: '👍',
      added: true,
    });

  it('gives roles, which decide who may speak, moderate and lead', async () => {
    const { body: channel } = await world.ask<Channel>(0, ada, 'POST ', {
      kind: 'private',
      name: 'Bridge',
      memberIds: [bob, eve],
    });
    expect(channel).toMatchObject({ kind: 'private', role: 'owner' });
    await world.say(0, eve, channel.id, 'first');
    expect((await roleOf(0, bob, [channel.id, eve], 'read-only')).status).toBe(403);
    expect((await world.ask(0, bob, `DELETE /${channel.id}/messages/1`)).status).toBe(403);
    expect(await roleOf(1, ada, [channel.id, bob], 'moderator')).toMatchObject({
      status: 200,
      body: { userId: bob, role: 'moderator' },
    });
    expect((await world.ask(0, bob, `DELETE /${channel.id}/messages/1`)).status).toBe(200);
    await roleOf(0, ada, [channel.id, eve], 'read-only');
    expect(await world.say(1, eve, channel.id, 'may I?')).toMatchObject({
      status: 403,
      body: { code: 'channel.read-only' },
    });
    await world.say(0, bob, channel.id, 'react to this');
    expect((await react(1, eve, channel.id, 5)).status).toBe(403);
    expect((await world.ask(1, eve, `GET /${channel.id}/messages`)).status).toBe(200);
    expect(await roleOf(0, ada, [channel.id, ada], 'member')).toMatchObject({
      status: 409,
      body: { code: 'channel.last-owner' },
    });
    await roleOf(0, ada, [channel.id, bob], 'owner');
    expect((await roleOf(1, ada, [channel.id, ada], 'member')).status).toBe(200);
    expect((await roleOf(0, ada, [channel.id, eve], 'member')).status).toBe(403);
  });

  it('never leaves a channel without an owner, however many go at once', async () => {
    const channel = await world.createGroup(ada, bob, eve);
    await roleOf(0, ada, [channel.id, bob], 'owner');
    const gone = await Promise.all([
      world.ask(0, ada, `DELETE /${channel.id}/members/${ada}`),
      world.ask(1, bob, `DELETE /${channel.id}/members/${bob}`),
    ]);
    expect(gone.map(({ status }) => status)).toEqual([204, 204]);
    expect(await world.inListOf(eve, channel.id)).toMatchObject({ role: 'owner', memberCount: 1 });
  });

  it('archives a channel: all is there to read, nothing is said any more, one may leave', async () => {
    const channel = await world.createGroup(ada, bob, eve);
    await world.say(0, bob, channel.id, 'before');
    const archive = (pod: number, who: string, archived: boolean) =>
      world.ask<Channel>(pod, who, `PUT /${channel.id}/archived`, { archived });
    expect((await archive(0, bob, true)).status).toBe(403);
    expect(await archive(0, ada, true)).toMatchObject({ status: 200, body: { archived: true } });
    expect(await archive(1, ada, true)).toMatchObject({ status: 200, body: { archived: true, lastSeq: 2 } });
    const refused = await Promise.all([
      world.say(1, bob, channel.id, 'after'),
      react(0, bob, channel.id, 1),
      world.ask(1, bob, `DELETE /${channel.id}/messages/1`),
      world.ask(0, ada, `POST /${channel.id}/members`, { userId: await world.person() }),
    ]);
    for (const answer of refused)
      expect(answer).toMatchObject({ status: 403, body: { code: 'channel.archived' } });
    expect((await world.ask<{ seq: number }>(1, bob, `PUT /${channel.id}/read`, { seq: 2 })).status).toBe(
      200,
    );
    expect((await world.ask(1, eve, `DELETE /${channel.id}/members/${eve}`)).status).toBe(204);
    await archive(1, ada, false);
    expect((await world.say(0, bob, channel.id, 'again')).status).toBe(201);
  });

  it('shows nothing to who was removed, at any door of any Pod, from that moment on', async () => {
    const channel = await world.createGroup(ada, bob, eve);
    await world.say(0, bob, channel.id, 'while she was here');
    await world.ask(0, ada, `DELETE /${channel.id}/members/${eve}`);
    await world.say(0, bob, channel.id, 'behind her back');
    const doors = [
      `GET /${channel.id}`,
      `GET /${channel.id}/members`,
      `GET /${channel.id}/messages`,
      `GET /${channel.id}/messages/1`,
      `GET /${channel.id}/messages/1/history`,
      `DELETE /${channel.id}/messages/1`,
    ];
    const marks = [`PUT /${channel.id}/read`, `PUT /${channel.id}/delivered`];
    for (const pod of [0, 1]) {
      const answers = await Promise.all([
        ...doors.map((door) => world.ask(pod, eve, door)),
        ...marks.map((door) => world.ask(pod, eve, door, { seq: 1 })),
        world.say(pod, eve, channel.id, 'let me in'),
        react(pod, eve, channel.id, 1),
      ]);
      for (const answer of answers)
        expect(answer).toMatchObject({ status: 404, body: { code: 'channel.not-found' } });
      expect(await world.sync(eve, channel.id, 0, pod)).toEqual({
        channelId: channel.id,
        channel: null,
        entries: [],
        complete: true,
      });
    }
  });

  it('tells of a removal before anything that follows it, though the Pod that wrote it cannot', async () => {
    const channel = await world.createGroup(ada, bob, eve);
    const told = await world.toldGateways();
    world.proxies.redis.cut();
    expect((await world.ask(1, ada, `DELETE /${channel.id}/members/${eve}`)).status).toBe(204);
    const documents = world.mongo.db.collection<{ _id: string; lastSeq: number; untoldMoves?: string[] }>(
      'channels',
    );
    const document = () => documents.findOne({ _id: channel.id });
    await eventually(document, (found) => found?.lastSeq === 1);
    // The first Pod has not written here so far, and starts after the removal.
    expect((await world.say(0, bob, channel.id, 'behind her back')).status).toBe(201);
    const ofChannel = await eventually(
      () => told().filter((frame) => frame.includes(channel.id)),
      (frames) => frames.some((frame) => frame.includes('message:created')),
    );
    const names = ['member:removed', 'message:created'];
    expect(ofChannel.flatMap((frame) => names.filter((name) => frame.includes(name)))).toEqual([
      'member:removed',
      'message:created',
    ]);
    expect(ofChannel[0]).toContain(eve);
    await eventually(document, (found) => found?.untoldMoves?.length === 0);
    world.proxies.redis.restore();
  });

  it('gives no place to a removed member after the removal, however fast they speak', async () => {
    const channel = await world.createGroup(ada, bob);
    let isOver = false;
    const talk = async (pod: number): Promise<void> => {
      while (!isOver) await world.say(pod, bob, channel.id, 'still here');
    };
    const talking = [0, 1, 0, 1].map(talk);
    await eventually(
      () => world.inListOf(ada, channel.id),
      (found) => (found?.lastSeq ?? 0) > 20,
    );
    await world.ask(1, ada, `DELETE /${channel.id}/members/${bob}`);
    isOver = true;
    await Promise.all(talking);
    await world.say(0, ada, channel.id, 'quiet at last');
    const entries = await world.stream(ada, channel.id);
    const removal = entries.findIndex(({ type }) => type === 'member-removed');
    expect(removal).toBeGreaterThan(0);
    expect(entries.slice(removal + 1).map((entry) => ('actorId' in entry ? entry.actorId : null))).toEqual([
      ada,
    ]);
  });
});
