import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Problem } from '@chatplatform/contracts/problem';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores('sending', () => {
  let world: ChatWorld;
  let [ada, bob] = ['', ''];

  beforeAll(async () => {
    world = await startChatWorld();
    [ada, bob] = [await world.person(), await world.person()];
  });

  afterAll(() => world.stop());

  it('lets two Pods write one channel at once: dense, in one order, nothing twice', async () => {
    const channel = await world.createGroup(ada, bob);
    const sends = Array.from({ length: 500 }, (_, index) => ({
      id: newId(),
      who: index % 3 === 0 ? bob : ada,
      text: `message ${index}`,
      pod: index % 2,
    }));
    /** As a client does: whoever is told to come back comes back, with the same id. */
    const sayUntilAnswered = async (pod: number, { id, who, text }: (typeof sends)[number]) => {
      for (;;) {
        const answer = await world.say(pod, who, channel.id, { text, clientMessageId: id });
        if (answer.status !== 503) return answer;
      }
    };
    const answers = await Promise.all(
      // Every tenth is sent twice at once, through both Pods.
      sends.flatMap((send, index) => [
        sayUntilAnswered(send.pod, send),
        ...(index % 10 === 0 ? [sayUntilAnswered(1 - send.pod, send)] : []),
      ]),
    );
    expect(answers.filter(({ status }) => status !== 201 && status !== 200)).toEqual([]);
    const stored = await world.allMessages(bob, channel.id);
    expect(stored.map(({ seq }) => seq)).toEqual(sends.map((_, index) => index + 1));
    expect(new Set(stored.map(({ clientMessageId }) => clientMessageId))).toEqual(
      new Set(sends.map(({ id }) => id)),
    );
    const byId = new Map(stored.map((message) => [message.id, message]));
    for (const { body } of answers) expect(byId.get(body.id)).toEqual(body);
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(500);
    for (const who of [ada, bob]) {
      const ownLast = Math.max(...stored.filter(({ senderId }) => senderId === who).map(({ seq }) => seq));
      expect(await world.inListOf(who, channel.id)).toMatchObject({
        lastSeq: 500,
        readSeq: ownLast,
        unreadCount: 500 - ownLast,
      });
    }
    const events = await eventually(
      () =>
        world.published.filter(
          ({ type, subject }) => type === 'chat.message.created.v1' && subject === channel.id,
        ),
      (found) => new Set(found.map(({ id }) => id)).size === 500,
      30_000,
    );
    expect(new Set(events.map(({ data }) => (data as { messageId: string }).messageId)).size).toBe(500);
  }, 60_000);

  it('answers a retry through another Pod with the first result when the ack was lost after the write', async () => {
    const channel = await world.createGroup(ada, bob);
    await world.say(1, ada, channel.id, 'warms the writer up');
    const id = newId();
    world.proxies.mongo.muteServerOnce('insert');
    const lost = world.say(1, ada, channel.id, { text: 'written, never answered', clientMessageId: id });
    await eventually(
      () => world.mongo.db.collection('entries').countDocuments({ 'content.clientMessageId': id }),
      (count) => count === 1,
    );
    const retried = await world.say(0, ada, channel.id, {
      text: 'written, never answered',
      clientMessageId: id,
    });
    expect(retried).toMatchObject({ status: 200, body: { seq: 2, clientMessageId: id } });
    const { status, body } = await lost;
    expect({ status, code: (body as unknown as Problem).code }).toEqual({
      status: 503,
      code: 'store.unavailable',
    });
    world.proxies.mongo.cut();
    world.proxies.mongo.restore();
    const again = await eventually(
      () => world.say(1, ada, channel.id, { text: 'again', clientMessageId: id }),
      ({ status: answered }) => answered !== 503,
      30_000,
    );
    expect(again).toMatchObject({ status: 200, body: retried.body });
    expect(await world.say(1, ada, channel.id, 'goes on')).toMatchObject({ status: 201, body: { seq: 3 } });
    expect(await world.inListOf(bob, channel.id)).toMatchObject({ lastSeq: 3, unreadCount: 3 });
    expect(await world.inListOf(ada, channel.id)).toMatchObject({ lastSeq: 3, unreadCount: 0 });
  }, 60_000);

  it('keeps to a refusal: an attempt of before that comes late is not stored when the reason is gone', async () => {
    const eve = await world.person();
    const channel = await world.createGroup(ada, bob);
    const id = newId();
    const attempt = (pod: number) =>
      world.say(pod, eve, channel.id, { text: 'let me in', clientMessageId: id });
    const refusal = { status: 404, body: { code: 'channel.not-found' } };
    expect(await attempt(0)).toMatchObject(refusal);
    await world.ask(0, ada, `POST /${channel.id}/members`, { userId: eve });
    expect(await attempt(1)).toMatchObject(refusal);
    expect(await attempt(0)).toMatchObject(refusal);
    expect(await world.say(1, eve, channel.id, 'here I am')).toMatchObject({ status: 201 });
    const stored = await world.allMessages(bob, channel.id);
    expect(stored.map(({ text }) => text)).toEqual(['here I am']);
  });

  it('acknowledges while Redis and the broker are away, and publishes when the broker is back', async () => {
    const channel = await world.createGroup(ada, bob);
    world.proxies.redis.cut();
    world.proxies.broker.cut();
    const answer = await world.say(1, ada, channel.id, 'heard later');
    expect(answer).toMatchObject({ status: 201, body: { seq: 1 } });
    const isPublished = (): boolean =>
      world.published.some(({ data }) => (data as { messageId?: string }).messageId === answer.body.id);
    const held = await world.mongo.db.collection<{ _id: string }>('entries').findOne({ _id: answer.body.id });
    world.proxies.redis.restore();
    world.proxies.broker.restore();
    await eventually(isPublished, Boolean, 30_000);
    expect(held).toMatchObject({
      outbox: [{ event: { type: 'chat.message.created.v1', subject: channel.id } }],
    });
    await eventually(
      () =>
        world.mongo.db
          .collection<{ _id: string }>('entries')
          .findOne({ _id: answer.body.id, outbox: { $exists: false } }),
      (found) => found !== null,
    );
  }, 60_000);

  it('says at once that the store is away, and goes on when it is back', async () => {
    const channel = await world.createGroup(ada, bob);
    await world.say(1, ada, channel.id, 'before');
    const id = newId();
    world.proxies.mongo.cut();
    expect(await world.say(1, ada, channel.id, { text: 'meanwhile', clientMessageId: id })).toMatchObject({
      status: 503,
      body: { code: 'store.unavailable', retryAfterSeconds: 1 },
    });
    world.proxies.mongo.restore();
    const retried = await eventually(
      () => world.say(1, ada, channel.id, { text: 'meanwhile', clientMessageId: id }),
      ({ status }) => status !== 503,
      30_000,
    );
    expect(retried).toMatchObject({ status: 201, body: { seq: 2 } });
  }, 60_000);

  it('refuses a client message id that was used in another channel', async () => {
    const [one, other] = [await world.createGroup(ada), await world.createGroup(ada)];
    const id = newId();
    await world.say(0, ada, one.id, { text: 'here', clientMessageId: id });
    expect(await world.say(0, ada, other.id, { text: 'there', clientMessageId: id })).toMatchObject({
      status: 409,
      body: { code: 'message.client-id-reused' },
    });
    expect(await world.inListOf(ada, other.id)).toMatchObject({ lastSeq: 0 });
  });

  it('counts exactly when the cursor is far behind', async () => {
    const group = await world.createGroup(ada, bob);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => world.say(0, ada, group.id, `message ${index}`)),
    );
    await eventually(
      () =>
        world.mongo.db.collection<{ _id: string; lastSeq: number }>('channels').findOne({ _id: group.id }),
      (found) => found?.['lastSeq'] === 30,
    );
    await world.mongo.db
      .collection<{ _id: string }>('channels')
      .updateOne({ _id: group.id }, { $set: { lastSeq: 0, messageCount: 0 } });
    expect(await world.inListOf(bob, group.id, 1)).toMatchObject({ lastSeq: 30, unreadCount: 30 });
    // The second Pod never wrote here: its writer is cold.
    expect(await world.say(1, bob, group.id, 'next')).toMatchObject({ body: { seq: 31 } });
  });
});
