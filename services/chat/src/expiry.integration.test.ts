import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { channelsIn, entriesIn } from './infrastructure/mongo/documents.ts';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;

describeWithStores('messages that are older than asked', () => {
  let world: ChatWorld;
  let [ada, bob] = ['', ''];

  beforeAll(async () => {
    world = await startChatWorld({ MESSAGE_MAX_AGE_SECONDS: 3600, MESSAGE_EXPIRY_INTERVAL_SECONDS: 1 });
    [ada, bob] = [await world.person(), await world.person()];
  });
  afterAll(() => world.stop());

  /** As if all that is in the channel had been said two hours ago. */
  async function age(channelId: string): Promise<void> {
    const at = new Date(Date.now() - 2 * HOUR_MS);
    await entriesIn(world.mongo.db).updateMany({ channelId }, { $set: { at } });
    await channelsIn(world.mongo.db).updateOne({ _id: channelId }, { $set: { createdAt: at } });
  }

  it('are deleted by two Pods at once, each in one place of a stream without a gap; younger ones stay', async () => {
    const group = await world.createGroup(ada, bob);
    const clientMessageId = newId();
    const { body: first } = await world.say(0, ada, group.id, { text: 'long ago', clientMessageId });
    for (let i = 0; i < 119; i += 1) await world.say(i % 2, i % 3 ? ada : bob, group.id, `old ${i}`);
    const edit = { clientOperationId: newId(), text: 'longer ago' };
    await world.ask(0, ada, `PATCH /${group.id}/messages/1`, edit);
    const lastOld = (await world.stream(ada, group.id)).length;
    await age(group.id);
    await world.say(0, bob, group.id, 'just now');

    const messages = await eventually(
      () => world.allMessages(bob, group.id),
      (all) => all.filter(({ deletedAt }) => deletedAt !== null).length === 120,
    );
    expect(messages).toHaveLength(121);
    expect(messages.filter(({ deletedAt }) => deletedAt === null).map(({ text }) => text)).toEqual([
      'just now',
    ]);
    // Everybody who was away hears of it in the order of the channel, with no place missing and none twice.
    const stream = await world.stream(bob, group.id, 1);
    expect(stream.map(({ seq }) => seq)).toEqual(stream.map((_, index) => index + 1));
    const deletions = stream.filter(({ type }) => type === 'message-deleted');
    expect(deletions).toHaveLength(120);
    expect(stream.at(-1)?.seq).toBe(lastOld + 1 + 120);
    // Nothing that was said is left in the store.
    const kept = JSON.stringify(await entriesIn(world.mongo.db).find({ channelId: group.id }).toArray());
    expect(kept).not.toMatch(/long ago|longer ago|"old \d/);
    expect(kept).toContain('just now');
    // A retry of what has expired is still the same message.
    const again = await world.say(1, ada, group.id, { text: 'long ago', clientMessageId });
    expect(again.body).toMatchObject({ id: first.id, text: '' });
    expect((await world.inListOf(bob, group.id))?.lastSeq).toBe(stream.length);
  });

  it('go in an archived channel as well, and a message that its sender deleted is not deleted again', async () => {
    const group = await world.createGroup(ada, bob);
    await world.say(0, ada, group.id, 'one');
    await world.say(0, ada, group.id, 'two');
    await world.ask(0, ada, `DELETE /${group.id}/messages/1`);
    await world.ask(0, ada, `POST /${group.id}/archive`);
    await age(group.id);
    const stream = await eventually(
      () => world.stream(ada, group.id),
      (entries) => entries.filter(({ type }) => type === 'message-deleted').length === 2,
    );
    expect(stream.at(-1)).toMatchObject({ type: 'message-deleted', messageSeq: 2 });
    const progress = () => channelsIn(world.mongo.db).findOne({ _id: group.id });
    await eventually(progress, (channel) => channel?.expiredUpTo === 2);
  });
});
