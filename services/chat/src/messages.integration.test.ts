import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Message, MessageHistory, MessagePage } from '@chatplatform/contracts/http/chat';
import { SHOWN_MEDIA_PATH, shownMediaAnswer } from '@chatplatform/contracts/http/internal';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { createInternalTokens } from '@chatplatform/kit/access';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { INTERNAL_TOKEN_KEY } from './testing/chat-instance.ts';
import { describeWithStores, startChatWorld } from './testing/chat-world.ts';
import type { ChatWorld } from './testing/chat-world.ts';

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

interface Told {
  readonly entry: StreamEntry;
}

describeWithStores('messages after they were said', () => {
  let world: ChatWorld;
  let [ada, bob, eve] = ['', '', ''];

  beforeAll(async () => {
    world = await startChatWorld();
    [ada, bob, eve] = [await world.person(), await world.person(), await world.person()];
  });

  afterAll(() => world.stop());

  const editOf = (text: string, more: { clientOperationId?: string; mentions?: string[] } = {}) => ({
    clientOperationId: newId(),
    text,
    ...more,
  });
  const messageAt = async (who: string, channelId: string, seq: number, pod = 0) =>
    (await world.ask<Message>(pod, who, `GET /${channelId}/messages/${seq}`)).body;
  /** Each once: a sweep may publish a second time what its writer is just publishing. */
  const eventsAbout = (messageId: string) =>
    [...new Map(world.published.map((event) => [event.id, event])).values()]
      .filter(({ data }) => (data as { messageId?: string }).messageId === messageId)
      .map(({ type }) => type);

  it('are edited by their sender alone, and keep their history', async () => {
    const group = await world.createGroup(ada, bob);
    const { body: said } = await world.say(0, ada, group.id, 'helo');
    expect((await world.ask(0, bob, `PATCH /${group.id}/messages/1`, editOf('mine'))).status).toBe(403);
    expect((await world.ask(0, eve, `PATCH /${group.id}/messages/1`, editOf('mine'))).status).toBe(404);
    expect((await world.ask(0, ada, `PATCH /${group.id}/messages/2`, editOf('which'))).status).toBe(404);
    expect(await world.ask(1, ada, `PATCH /${group.id}/messages/1`, editOf('hello'))).toMatchObject({
      status: 200,
      body: { entry: { type: 'message-edited', seq: 2, messageSeq: 1, text: 'hello', messageCount: 1 } },
    });
    await world.ask(0, ada, `PATCH /${group.id}/messages/1`, editOf('hello!'));
    for (const pod of [0, 1]) {
      expect(await messageAt(bob, group.id, 1, pod)).toEqual({
        ...said,
        text: 'hello!',
        version: 3,
        editedAt: expect.any(String),
      });
    }
    const history = await world.ask<MessageHistory>(1, bob, `GET /${group.id}/messages/1/history`);
    expect(history.body.items.map(({ text }) => text)).toEqual(['helo', 'hello', 'hello!']);
    await eventually(
      () => eventsAbout(said.id),
      (types) => types.filter((type) => type === 'chat.message.edited.v1').length === 2,
    );
  });

  it('give one result to a retried edit or reaction, through whichever Pod', async () => {
    const group = await world.createGroup(ada, bob);
    await world.say(0, ada, group.id, 'hello');
    const edit = editOf('hello there');
    const first = await world.ask<Told>(0, ada, `PATCH /${group.id}/messages/1`, edit);
    const again = await Promise.all(
      [1, 0, 1].map((pod) => world.ask<Told>(pod, ada, `PATCH /${group.id}/messages/1`, edit)),
    );
    for (const answer of again) expect(answer).toEqual(first);

    const reaction = { clientOperationId: newId(), emoji: '👍', added: true };
    const react = (pod: number, body: object) =>
      world.ask<Told>(pod, bob, `PUT /${group.id}/messages/1/reactions`, body);
    const added = await react(0, reaction);
    await react(1, { ...reaction, clientOperationId: newId(), added: false });
    // Late, and over: it does not add the reaction again.
    expect(await react(1, reaction)).toEqual(added);
    expect((await messageAt(ada, group.id, 1)).reactions).toEqual([]);
    expect(await react(0, { ...reaction, emoji: '🎉' })).toMatchObject({
      status: 409,
      body: { code: 'operation.client-id-reused' },
    });
    expect((await world.sync(ada, group.id)).channel).toMatchObject({ lastSeq: 4, messageCount: 1 });
  });

  it('is written once when the answer to an edit was lost', async () => {
    const group = await world.createGroup(ada, bob);
    await world.say(1, ada, group.id, 'hello');
    const edit = editOf('never answered');
    world.proxies.mongo.muteServerOnce('insert');
    const lost = world.ask(1, ada, `PATCH /${group.id}/messages/1`, edit);
    await eventually(
      () => world.mongo.db.collection('entries').countDocuments({ 'content.text': 'never answered' }),
      (count) => count === 1,
    );
    const retried = await world.ask<Told>(0, ada, `PATCH /${group.id}/messages/1`, edit);
    expect(retried).toMatchObject({ status: 200, body: { entry: { seq: 2 } } });
    expect((await lost).status).toBe(503);
    world.proxies.mongo.cut();
    world.proxies.mongo.restore();
    // Whoever reads brings in what the Pod that lost its answer did not.
    expect(await messageAt(bob, group.id, 1)).toMatchObject({ text: 'never answered', version: 2 });
  });

  it('leave a tombstone when they are deleted, and nothing of what was said', async () => {
    const group = await world.createGroup(ada, bob, eve);
    const secret = `secret ${newId()}`;
    const { body: said } = await world.say(0, bob, group.id, { text: secret, mentions: [ada] });
    await world.ask(0, bob, `PATCH /${group.id}/messages/1`, editOf(`${secret} edited`));
    expect((await world.ask(0, eve, `DELETE /${group.id}/messages/1`)).status).toBe(403);
    const deleted = await world.ask<Told>(0, ada, `DELETE /${group.id}/messages/1`);
    expect(deleted).toMatchObject({
      status: 200,
      body: { entry: { type: 'message-deleted', seq: 3, messageSeq: 1, actorId: ada } },
    });
    expect(await world.ask<Told>(1, bob, `DELETE /${group.id}/messages/1`)).toEqual(deleted);
    expect(await world.ask(1, bob, `PATCH /${group.id}/messages/1`, editOf('back'))).toMatchObject({
      status: 409,
      body: { code: 'message.deleted' },
    });
    expect(await messageAt(eve, group.id, 1, 1)).toMatchObject({
      id: said.id,
      senderId: bob,
      text: '',
      mentions: [],
      deletedAt: expect.any(String),
    });
    expect((await world.ask(0, eve, `GET /${group.id}/messages/1/history`)).body).toEqual({ items: [] });
    expect(JSON.stringify(await world.stream(eve, group.id))).not.toContain(secret);
    await eventually(
      () => eventsAbout(said.id),
      (types) => types.includes('chat.message.deleted.v1'),
    );
    const kept = await eventually(
      () => world.mongo.db.collection('entries').find({ channelId: group.id }).toArray(),
      (entries) => entries.every((entry) => entry['outbox'] === undefined),
    );
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  it('show who reacted with what, and answer one another', async () => {
    const group = await world.createGroup(ada, bob);
    await world.say(0, ada, group.id, 'who comes?');
    const react = (pod: number, who: string, emoji: string, added = true) =>
      world.ask<{ entry: StreamEntry | null }>(pod, who, `PUT /${group.id}/messages/1/reactions`, {
        clientOperationId: newId(),
        emoji,
        added,
      });
    await Promise.all([react(0, ada, '👍'), react(1, bob, '👍'), react(0, bob, '🎉'), react(1, ada, '🎉')]);
    await react(0, bob, '🎉', false);
    expect((await react(1, bob, '👍')).body).toEqual({ entry: null });
    const [message] = (await world.ask<MessagePage>(0, bob, `GET /${group.id}/messages`)).body.items;
    const byEmoji = new Map(message?.reactions.map(({ emoji, userIds }) => [emoji, userIds.toSorted()]));
    expect(byEmoji).toEqual(
      new Map([
        ['👍', [ada, bob].toSorted()],
        ['🎉', [ada]],
      ]),
    );
    expect(await world.say(1, bob, group.id, { text: 'me', replyTo: 1 })).toMatchObject({
      status: 201,
      body: { replyTo: 1, seq: 7, number: 2 },
    });
    expect(await world.say(0, bob, group.id, { text: 'to what?', replyTo: 2 })).toMatchObject({
      status: 400,
      body: { code: 'message.reply-to-nothing', errors: [{ field: 'replyTo' }] },
    });
  });

  it('are paged by their numbers, whatever happened between them', async () => {
    const group = await world.createGroup(ada, bob);
    for (let number = 1; number <= 12; number += 1) {
      const { body } = await world.say(number % 2, ada, group.id, `message ${number}`);
      for (const emoji of ['a', 'b'].slice(0, number % 3))
        await world.ask(0, bob, `PUT /${group.id}/messages/${body.seq}/reactions`, {
          clientOperationId: newId(),
          emoji,
          added: true,
        });
    }
    const page = async (query: string) =>
      (await world.ask<MessagePage>(1, bob, `GET /${group.id}/messages?limit=5${query}`)).body;
    const newest = await page('');
    expect(newest.items.map(({ number }) => number)).toEqual([8, 9, 10, 11, 12]);
    expect(newest).toMatchObject({ complete: false, lastSeq: 24 });
    const older = await page(`&beforeSeq=${newest.items[0]?.seq}`);
    expect(older.items.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7]);
    const oldest = await page(`&beforeSeq=${older.items[0]?.seq}`);
    expect(oldest).toMatchObject({ complete: true, items: [{ number: 1 }, { number: 2 }] });
    const after = await page(`&afterSeq=${newest.items[2]?.seq}`);
    expect(after).toMatchObject({ complete: true, items: [{ number: 11 }, { number: 12 }] });
  });

  it('show their pictures to who is in the channel, as other services are told', async () => {
    const group = await world.createGroup(ada, bob);
    const mediaId = newId();
    await world.ask(0, ada, `POST /${group.id}/messages`, {
      clientMessageId: newId(),
      attachments: [{ mediaId }],
    });
    const maySee = async (pod: number, userId: string, medium = mediaId) => {
      const token = await createInternalTokens({ key: INTERNAL_TOKEN_KEY, service: 'media' }).mint('chat');
      const url = `${world.pods[pod]?.url}/internal/media-access?mediaId=${medium}&userId=${userId}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { allowed: boolean }).allowed;
    };
    expect([await maySee(0, bob), await maySee(1, bob), await maySee(1, eve)]).toEqual([true, true, false]);
    expect(await maySee(0, eve, newId())).toBe(true);
    await world.ask(0, ada, `DELETE /${group.id}/members/${bob}`);
    expect([await maySee(1, bob), await maySee(1, ada)]).toEqual([false, true]);
    const outside = await fetch(
      `${world.pods[0]?.url}/internal/media-access?mediaId=${mediaId}&userId=${ada}`,
    );
    expect(outside.status).toBe(401);
  });

  it('tell other services which pictures they show, until they are deleted', async () => {
    const group = await world.createGroup(ada, bob);
    const [kept, deleted, never] = [newId(), newId(), newId()];
    for (const mediaId of [kept, deleted]) {
      const message = { clientMessageId: newId(), attachments: [{ mediaId }] };
      await world.ask(0, ada, `POST /${group.id}/messages`, message);
    }
    const shown = async (token: string) => {
      const response = await fetch(`${world.pods[1]?.url}${SHOWN_MEDIA_PATH}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ mediaIds: [kept, deleted, never] }),
      });
      return response.ok ? shownMediaAnswer.parse(await response.json()).shown : response.status;
    };
    const token = await createInternalTokens({ key: INTERNAL_TOKEN_KEY, service: 'media' }).mint('chat');
    expect(await shown(token)).toEqual([kept, deleted]);
    await world.ask(0, ada, `DELETE /${group.id}/messages/2`);
    await eventually(
      () => shown(token),
      (answer) => JSON.stringify(answer) === JSON.stringify([kept]),
    );
    expect(await shown('forged')).toBe(401);
  });
});
