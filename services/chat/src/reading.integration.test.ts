import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Channel, MemberList } from '@chatplatform/contracts/http/chat';
import type { StreamEntry, SyncAnswer } from '@chatplatform/contracts/http/stream';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores('reading', () => {
  let world: ChatWorld;
  let [ada, bob, eve] = ['', '', ''];

  beforeAll(async () => {
    world = await startChatWorld();
    [ada, bob, eve] = [await world.person(), await world.person(), await world.person()];
  });

  afterAll(() => world.stop());

  const markRead = async (who: string, channelId: string, seq: number, pod = 0): Promise<number> =>
    (await world.ask<{ seq: number }>(pod, who, `PUT /${channelId}/read`, { seq })).body.seq;
  const receiptsIn = (entries: readonly StreamEntry[]) =>
    entries.flatMap((entry) => (entry.type === 'receipts' ? entry.receipts : []));

  it('keeps read marks within the channel and never lowers them', async () => {
    const group = await world.createGroup(ada, bob);
    for (const text of ['one', 'two', 'three']) await world.say(0, ada, group.id, text);
    expect(await markRead(bob, group.id, 2)).toBe(2);
    expect(await markRead(bob, group.id, 1)).toBe(2);
    expect(await world.inListOf(bob, group.id)).toMatchObject({ readSeq: 2, unreadCount: 1 });
    // The entry that tells the others has a place too, and is read as all is.
    expect(await markRead(bob, group.id, 1000)).toBe(4);
    expect(await world.inListOf(bob, group.id)).toMatchObject({ readSeq: 4, unreadCount: 0 });
  });

  it('counts messages as unread and nothing else', async () => {
    const group = await world.createGroup(ada, bob);
    for (const text of ['one', 'two', 'three']) await world.say(0, ada, group.id, text);
    for (const [index, emoji] of ['👍', '🎉'].entries()) {
      const reaction = { clientOperationId: crypto.randomUUID(), emoji, added: true };
      await world.ask(index, ada, `PUT /${group.id}/messages/2/reactions`, reaction);
    }
    await world.ask(0, ada, `DELETE /${group.id}/messages/1`);
    await world.ask(1, ada, `POST /${group.id}/members`, { userId: eve });
    await world.say(1, ada, group.id, 'four');
    for (const pod of [0, 1]) {
      expect(await world.inListOf(bob, group.id, pod)).toMatchObject({
        lastSeq: 8,
        messageCount: 4,
        unreadCount: 4,
      });
      // What was said before she came is not unread.
      expect(await world.inListOf(eve, group.id, pod)).toMatchObject({ unreadCount: 1 });
    }
    await markRead(bob, group.id, 5, 1);
    for (const pod of [0, 1])
      expect(await world.inListOf(bob, group.id, pod)).toMatchObject({ unreadCount: 1 });
  });

  it('counts unread mentions as they are now: after an edit, a deletion, a read', async () => {
    const group = await world.createGroup(ada, bob, eve);
    const mentionsOf = async (who: string) => (await world.inListOf(who, group.id, 1))?.unreadMentions;
    await world.say(0, ada, group.id, { text: '@bob @eve', mentions: [bob, eve, ada] });
    await world.say(0, ada, group.id, { text: 'no one', mentions: [] });
    await world.say(1, ada, group.id, { text: '@bob', mentions: [bob] });
    expect([await mentionsOf(bob), await mentionsOf(eve), await mentionsOf(ada)]).toEqual([[1, 3], [1], []]);
    const edit = (text: string, mentions: string[]) => ({
      clientOperationId: crypto.randomUUID(),
      text,
      mentions,
    });
    await world.ask(0, ada, `PATCH /${group.id}/messages/2`, edit('@eve after all', [eve]));
    await world.ask(1, ada, `PATCH /${group.id}/messages/1`, edit('only @bob', [bob]));
    expect([await mentionsOf(bob), await mentionsOf(eve)]).toEqual([[1, 3], [2]]);
    await world.ask(0, ada, `DELETE /${group.id}/messages/3`);
    expect(await mentionsOf(bob)).toEqual([1]);
    expect(await world.inListOf(bob, group.id)).toMatchObject({ mentionCount: 1, unreadCount: 3 });
    await markRead(bob, group.id, 1);
    expect(await mentionsOf(bob)).toEqual([]);
    expect(await world.inListOf(bob, group.id)).toMatchObject({ mentionCount: 0, unreadCount: 2 });
  });

  it('tells the others of a group how far one has read, many at once in few entries', async () => {
    const group = await world.createGroup(ada, bob, eve);
    for (let index = 0; index < 20; index += 1) await world.say(0, ada, group.id, `message ${index}`);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? markRead(bob, group.id, 1 + index / 2)
          : world.ask(0, eve, `PUT /${group.id}/delivered`, { seq: (index + 1) / 2 }),
      ),
    );
    const entries = (await world.stream(ada, group.id)).filter(({ type }) => type === 'receipts');
    expect(entries.length).toBeLessThan(10);
    const last = (who: string) => receiptsIn(entries).findLast(({ userId }) => userId === who);
    expect(last(bob)).toEqual({ userId: bob, readSeq: 20, readCount: 20, deliveredSeq: 20 });
    expect(last(eve)).toEqual({ userId: eve, readSeq: 0, readCount: 0, deliveredSeq: 20 });
    const members = (await world.ask<MemberList>(0, ada, `GET /${group.id}/members`)).body.items;
    expect(members.find(({ userId }) => userId === bob)).toMatchObject({ readSeq: 20, deliveredSeq: 20 });
  });

  it('keeps the marks of who does not want them seen, and those of a public channel, to their own devices', async () => {
    const group = await world.createGroup(ada, bob, eve);
    const open = await world.ask<Channel>(0, ada, 'POST ', { kind: 'public', name: `Open ${world.name}` });
    await world.ask(0, eve, `POST /${open.body.id}/members`, { userId: eve });
    for (const { id } of [group, open.body]) await world.say(0, ada, id, 'read this');
    expect(await world.ask(1, bob, 'PUT /receipts', { shown: false })).toEqual({
      status: 200,
      body: { shown: false },
    });
    await markRead(bob, group.id, 1);
    await markRead(eve, open.body.id, 2);
    expect(await world.inListOf(bob, group.id)).toMatchObject({ readSeq: 1, unreadCount: 0 });
    expect(await world.inListOf(eve, open.body.id)).toMatchObject({ readSeq: 2, unreadCount: 0 });
    expect(receiptsIn(await world.stream(ada, group.id))).toEqual([]);
    expect(receiptsIn(await world.stream(ada, open.body.id))).toEqual([]);
    const marksSeenBy = async (who: string, channelId: string) =>
      (await world.ask<MemberList>(0, who, `GET /${channelId}/members`)).body.items.map(
        ({ userId, readSeq }) => [userId, readSeq],
      );
    expect(await marksSeenBy(ada, group.id)).toEqual(
      expect.arrayContaining([
        [ada, 1],
        [bob, null],
        [eve, 0],
      ]),
    );
    expect(await marksSeenBy(ada, open.body.id)).toEqual([
      [ada, expect.any(Number)],
      [eve, null],
    ]);
    await world.ask(1, bob, 'PUT /receipts', { shown: true });
  });

  it('catches up many channels in one question, and says of each whether that was all', async () => {
    const person = await world.person();
    const groups: Channel[] = [];
    for (let index = 0; index < 12; index += 1) groups.push(await world.createGroup(person, bob));
    await Promise.all(
      groups.flatMap(({ id }) =>
        Array.from({ length: 5 }, (_, index) => world.say(0, bob, id, `say ${index}`)),
      ),
    );
    const unnamed = await world.createGroup(person, bob);
    const left = await world.createGroup(bob, person);
    await world.ask(0, bob, `DELETE /${left.id}/members/${person}`);

    const known = new Map([...groups, left].map(({ id }) => [id, 0]));
    known.set(groups[0]?.id ?? '', 5);
    const seen = new Map<string, number[]>();
    const ask = async (): Promise<boolean> => {
      const channels = [...known].map(([channelId, afterSeq]) => ({ channelId, afterSeq }));
      const { body } = await world.ask<SyncAnswer>(0, person, 'POST /sync', { channels, limit: 22 });
      expect(body.channels.map(({ channelId }) => channelId)).toEqual([...known.keys()]);
      expect(body.channels.flatMap(({ entries }) => entries).length).toBeLessThanOrEqual(22);
      expect(body.unnamed.map(({ id }) => id)).toEqual([unnamed.id]);
      expect(body.complete).toBe(body.channels.every((channel) => channel.complete));
      for (const { channelId, channel, entries } of body.channels) {
        expect(channel === null).toBe(channelId === left.id);
        seen.set(channelId, [...(seen.get(channelId) ?? []), ...entries.map(({ seq }) => seq)]);
        known.set(channelId, entries.at(-1)?.seq ?? known.get(channelId) ?? 0);
      }
      return body.complete;
    };
    let rounds = 1;
    while (!(await ask())) rounds += 1;
    expect(rounds).toBe(3);
    for (const [index, { id }] of groups.entries()) {
      expect(seen.get(id)).toEqual(index === 0 ? [] : [1, 2, 3, 4, 5]);
    }
    expect(seen.get(left.id)).toEqual([]);
  });

  it('bounds an answer by its size too', async () => {
    const group = await world.createGroup(ada, bob);
    const text = 'x'.repeat(8000);
    await Promise.all(Array.from({ length: 200 }, () => world.say(0, ada, group.id, text)));
    const first = await world.sync(bob, group.id);
    expect(first.complete).toBe(false);
    expect(first.entries.length).toBeGreaterThan(50);
    expect(JSON.stringify(first).length).toBeLessThan(1_200_000);
    const rest = await world.sync(bob, group.id, first.entries.at(-1)?.seq);
    expect([...first.entries, ...rest.entries].map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    expect(rest.complete).toBe(true);
  });
});
