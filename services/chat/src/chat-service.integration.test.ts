import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Channel, ChannelList, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Problem } from '@chatplatform/contracts/problem';
import { systemClock } from '@chatplatform/kit/clock';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import type { TokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { startTcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { TcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import { completeAbandonedCreations } from './core/commands/complete-creation.ts';
import { directKey } from './core/domain/channel.ts';
import { channelCreated } from './core/domain/events.ts';
import { createChannelStore } from './infrastructure/mongo/channel-store.ts';
import { createMembershipStore } from './infrastructure/mongo/membership-store.ts';
import { createPeople } from './infrastructure/mongo/people.ts';
import { migrateSchema } from './infrastructure/mongo/schema.ts';
import { startChatInstance } from './testing/chat-instance.ts';
import type { ChatInstance } from './testing/chat-instance.ts';

const { MONGODB_URL = '', AMQP_URL = '', REDIS_URL = '' } = process.env;
const missing = Object.entries({ MONGODB_URL, AMQP_URL, REDIS_URL }).flatMap(([key, value]) =>
  value === '' ? [key] : [],
);
const describeWithStores = missing.length === 0 ? describe : describe.skip;
const suffix = missing.length === 0 ? '' : ` (not set: ${missing.join(', ')})`;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores(`the chat service${suffix}`, () => {
  const name = `chat-test-${newId().slice(-12)}`;
  const database = name.replaceAll('-', '_');
  const [ada, bob, eve] = [newId(), newId(), newId()];
  const instances: ChatInstance[] = [];
  const published: CloudEvent[] = [];
  let mongo: MongoConnection;
  let issuer: TokenIssuer;
  let listener: EventBus;
  let mongoProxy: TcpProxy;
  let redisProxy: TcpProxy;
  let brokerProxy: TcpProxy;

  const through = (url: string, proxy: TcpProxy): string => {
    const parsed = new URL(url);
    parsed.hostname = '127.0.0.1';
    parsed.port = String(proxy.port);
    return parsed.href;
  };
  const proxyTo = (url: string): Promise<TcpProxy> => {
    const { hostname, port } = new URL(url);
    return startTcpProxy(hostname, Number(port));
  };

  /** Asks one of the Pods in somebody's name. */
  const ask = async <T>(pod: number, who: string, request: string, body?: unknown): Promise<Answer<T>> => {
    const [method = 'GET', path = ''] = request.split(' ');
    const response = await fetch(`${instances[pod]?.url}/api/v1/channels${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId: who })}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };
  const say = (
    pod: number,
    who: string,
    channelId: string,
    content: string | { text: string; clientMessageId: string },
  ) =>
    ask<Message>(
      pod,
      who,
      `POST /${channelId}/messages`,
      typeof content === 'string' ? { text: content, clientMessageId: newId() } : content,
    );
  const createGroup = async (owner: string, ...memberIds: string[]): Promise<Channel> =>
    (await ask<Channel>(0, owner, 'POST ', { kind: 'group', name: 'Engine room', memberIds })).body;
  const inListOf = async (who: string, channelId: string, pod = 0): Promise<Channel | undefined> =>
    (await ask<ChannelList>(pod, who, 'GET ')).body.items.find(({ id }) => id === channelId);
  const allMessages = async (who: string, channelId: string): Promise<Message[]> => {
    const messages: Message[] = [];
    for (;;) {
      const afterSeq = messages.at(-1)?.seq ?? 0;
      const { body } = await ask<MessagePage>(
        0,
        who,
        `GET /${channelId}/messages?afterSeq=${afterSeq}&limit=200`,
      );
      messages.push(...body.items);
      if (body.complete) return messages;
    }
  };

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    mongo = await connectMongo({ url: MONGODB_URL, database });
    await migrateSchema(mongo.db);
    const people = createPeople(mongo.db);
    for (const id of [ada, bob, eve]) await people.remember(id);
    [mongoProxy, redisProxy, brokerProxy] = await Promise.all([
      proxyTo(MONGODB_URL),
      proxyTo(REDIS_URL),
      proxyTo(AMQP_URL),
    ]);
    const direct = { MONGODB_URL, AMQP_URL, REDIS_URL, MONGODB_DATABASE: database, JWKS_URL: issuer.jwksUrl };
    // The second Pod reaches its stores through proxies that the tests break.
    const breakable = {
      ...direct,
      MONGODB_URL: through(MONGODB_URL, mongoProxy),
      REDIS_URL: through(REDIS_URL, redisProxy),
      AMQP_URL: through(AMQP_URL, brokerProxy),
    };
    instances.push(await startChatInstance(name, direct), await startChatInstance(name, breakable));
    listener = await connectEventBus({
      url: AMQP_URL,
      service: `${name}-listener`,
      logger: createLogger({ service: name, level: 'silent' }),
    });
    const types = [
      'chat.channel.created.v1',
      'chat.channel.member-added.v1',
      'chat.channel.member-removed.v1',
      'chat.message.created.v1',
    ];
    await listener.consume({ types, handle: async (event) => void published.push(event) });
  }, 60_000);

  afterAll(async () => {
    for (const instance of instances) await instance.stop();
    await Promise.all([mongoProxy, redisProxy, brokerProxy].map((proxy) => proxy.close()));
    await listener.close();
    await mongo.db.dropDatabase();
    await mongo.close();
    issuer.close();
  }, 60_000);

  it('is ready once its schema stands', async () => {
    const response = await fetch(`${instances[0]?.managementUrl}/readyz`);
    expect(response.status).toBe(200);
  });

  it('lets two Pods write one channel at once: dense, in one order, nothing twice', async () => {
    const channel = await createGroup(ada, bob);
    const sends = Array.from({ length: 500 }, (_, index) => ({
      id: newId(),
      who: index % 3 === 0 ? bob : ada,
      text: `message ${index}`,
      pod: index % 2,
    }));
    /** As a client does: whoever is told to come back comes back, with the same id. */
    const sayUntilAnswered = async (pod: number, { id, who, text }: (typeof sends)[number]) => {
      for (;;) {
        const answer = await say(pod, who, channel.id, { text, clientMessageId: id });
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
    const stored = await allMessages(bob, channel.id);
    expect(stored.map(({ seq }) => seq)).toEqual(sends.map((_, index) => index + 1));
    expect(new Set(stored.map(({ clientMessageId }) => clientMessageId))).toEqual(
      new Set(sends.map(({ id }) => id)),
    );
    const byId = new Map(stored.map((message) => [message.id, message]));
    for (const { body } of answers) expect(byId.get(body.id)).toEqual(body);
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(500);
    for (const who of [ada, bob]) {
      const ownLast = Math.max(...stored.filter(({ senderId }) => senderId === who).map(({ seq }) => seq));
      expect(await inListOf(who, channel.id)).toMatchObject({
        lastSeq: 500,
        readSeq: ownLast,
        unreadCount: 500 - ownLast,
      });
    }
    const events = await eventually(
      () =>
        published.filter(({ type, subject }) => type === 'chat.message.created.v1' && subject === channel.id),
      (found) => new Set(found.map(({ id }) => id)).size === 500,
      30_000,
    );
    expect(new Set(events.map(({ data }) => (data as { messageId: string }).messageId)).size).toBe(500);
  }, 60_000);

  it('answers a retry through another Pod with the first result when the ack was lost after the write', async () => {
    const channel = await createGroup(ada, bob);
    await say(1, ada, channel.id, 'warms the writer up');
    const id = newId();
    mongoProxy.muteServerOnce('insert');
    const lost = say(1, ada, channel.id, { text: 'written, never answered', clientMessageId: id });
    await eventually(
      () => mongo.db.collection('messages').countDocuments({ clientMessageId: id }),
      (count) => count === 1,
    );
    const retried = await say(0, ada, channel.id, { text: 'written, never answered', clientMessageId: id });
    expect(retried).toMatchObject({ status: 200, body: { seq: 2, clientMessageId: id } });
    const { status, body } = await lost;
    expect({ status, code: (body as unknown as Problem).code }).toEqual({
      status: 503,
      code: 'store.unavailable',
    });
    mongoProxy.cut();
    mongoProxy.restore();
    const again = await eventually(
      () => say(1, ada, channel.id, { text: 'again', clientMessageId: id }),
      ({ status: answered }) => answered !== 503,
      30_000,
    );
    expect(again).toMatchObject({ status: 200, body: retried.body });
    expect(await say(1, ada, channel.id, 'goes on')).toMatchObject({ status: 201, body: { seq: 3 } });
    expect(await inListOf(bob, channel.id)).toMatchObject({ lastSeq: 3, unreadCount: 3 });
    expect(await inListOf(ada, channel.id)).toMatchObject({ lastSeq: 3, unreadCount: 0 });
  }, 60_000);

  it('acknowledges while Redis and the broker are away, and publishes when the broker is back', async () => {
    const channel = await createGroup(ada, bob);
    redisProxy.cut();
    brokerProxy.cut();
    const answer = await say(1, ada, channel.id, 'heard later');
    expect(answer).toMatchObject({ status: 201, body: { seq: 1 } });
    const isPublished = (): boolean =>
      published.some(({ data }) => (data as { messageId?: string }).messageId === answer.body.id);
    const held = await mongo.db.collection<{ _id: string }>('messages').findOne({ _id: answer.body.id });
    redisProxy.restore();
    brokerProxy.restore();
    await eventually(isPublished, Boolean, 30_000);
    expect(held).toMatchObject({
      outbox: [{ event: { type: 'chat.message.created.v1', subject: channel.id } }],
    });
    await eventually(
      () =>
        mongo.db
          .collection<{ _id: string }>('messages')
          .findOne({ _id: answer.body.id, outbox: { $exists: false } }),
      (found) => found !== null,
    );
  }, 60_000);

  it('says at once that the store is away, and goes on when it is back', async () => {
    const channel = await createGroup(ada, bob);
    await say(1, ada, channel.id, 'before');
    const id = newId();
    mongoProxy.cut();
    expect(await say(1, ada, channel.id, { text: 'meanwhile', clientMessageId: id })).toMatchObject({
      status: 503,
      body: { code: 'store.unavailable', retryAfterSeconds: 1 },
    });
    mongoProxy.restore();
    const retried = await eventually(
      () => say(1, ada, channel.id, { text: 'meanwhile', clientMessageId: id }),
      ({ status }) => status !== 503,
      30_000,
    );
    expect(retried).toMatchObject({ status: 201, body: { seq: 2 } });
  }, 60_000);

  it('learns who exists from events', async () => {
    const [newcomer, latecomer] = [newId(), newId()];
    const publish = <T extends EventType>(type: T, subject: string, data: EventData<T>): Promise<void> =>
      listener.publish(
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
        () => ask(0, ada, 'POST ', { kind: 'direct', peerId }),
        ({ status }) => status === 201 || status === 200,
      );
    }
  }, 30_000);

  it('completes a channel whose creator died half-way', async () => {
    const events = { clock: systemClock, nudge: () => undefined };
    const [channels, memberships] = [
      createChannelStore(mongo.db, events),
      createMembershipStore(mongo.db, events),
    ];
    const channel = {
      id: newId(),
      kind: 'direct' as const,
      name: null,
      createdBy: bob,
      createdAt: new Date(Date.now() - 60_000),
      directKey: directKey(bob, eve),
      lastSeqHint: 0,
      pendingMemberIds: [bob, eve],
    };
    await channels.insert(channel, channelCreated(channel, channel.pendingMemberIds));
    expect(await inListOf(eve, channel.id)).toBeUndefined();
    const live = { memberJoined: () => undefined };
    const begunBefore = new Date(Date.now() - 30_000);
    await completeAbandonedCreations({ channels, memberships, live }, begunBefore);
    expect(await inListOf(eve, channel.id)).toMatchObject({ memberCount: 2, peerId: bob });
    expect(await completeAbandonedCreations({ channels, memberships, live }, begunBefore)).toBe(0);
    expect(await ask<Channel>(0, eve, 'POST ', { kind: 'direct', peerId: bob })).toMatchObject({
      status: 200,
      body: { id: channel.id },
    });
  });

  it('keeps one direct channel a pair, whoever asks, at once and through both Pods', async () => {
    const answers = await Promise.all([
      ask<Channel>(0, ada, 'POST ', { kind: 'direct', peerId: eve }),
      ask<Channel>(1, eve, 'POST ', { kind: 'direct', peerId: ada }),
      ask<Channel>(1, ada, 'POST ', { kind: 'direct', peerId: eve }),
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
    const group = await ask<Problem>(0, ada, 'POST ', { kind: 'group', name: 'x', memberIds: [bob, nobody] });
    expect(group).toMatchObject({ status: 400, body: { errors: [{ field: 'memberIds.1' }] } });
    const direct = await ask<Problem>(0, ada, 'POST ', { kind: 'direct', peerId: nobody });
    expect(direct).toMatchObject({ status: 400, body: { errors: [{ field: 'peerId' }] } });
  });

  it('lets people join, be added, leave and be removed, and tells other services', async () => {
    const { body: open } = await ask<Channel>(0, ada, 'POST ', { kind: 'public', name: `Town ${name}` });
    await say(0, ada, open.id, 'before anybody came');
    const found = await ask<{ items: { id: string; memberCount: number }[] }>(
      0,
      bob,
      `GET /public?query=TOWN%20${name}`,
    );
    expect(found.body.items).toMatchObject([{ id: open.id, memberCount: 1 }]);
    expect((await ask(0, bob, `GET /${open.id}`)).status).toBe(404);
    expect(await ask(0, bob, `POST /${open.id}/members`, { userId: bob })).toMatchObject({ status: 201 });
    expect(await ask(1, bob, `POST /${open.id}/members`, { userId: bob })).toMatchObject({ status: 200 });
    expect(await inListOf(bob, open.id)).toMatchObject({
      unreadCount: 0,
      lastSeq: 1,
      memberCount: 2,
      role: 'member',
    });
    await say(0, ada, open.id, 'one more');
    expect(await inListOf(bob, open.id)).toMatchObject({ unreadCount: 1 });
    expect((await ask(0, bob, `DELETE /${open.id}/members/${ada}`)).status).toBe(403);
    expect((await ask(0, ada, `DELETE /${open.id}/members/${ada}`)).status).toBe(204);
    expect(await inListOf(bob, open.id)).toMatchObject({ role: 'owner', memberCount: 1 });
    expect((await say(0, ada, open.id, 'after leaving')).status).toBe(404);
    const revisions = await eventually(
      () =>
        published
          .filter(({ type, subject }) => subject === open.id && type.startsWith('chat.channel.member'))
          .map(({ type, data }) => {
            const { userId, membershipRevision } = data as { userId: string; membershipRevision: number };
            return `${type.split('.')[2]} ${userId === ada ? 'ada' : 'bob'} ${membershipRevision}`;
          }),
      (found) => found.length >= 3,
    );
    expect(new Set(revisions)).toEqual(
      new Set(['member-added bob 1', 'member-added bob 2', 'member-removed ada 1']),
    );
  });

  it('shows a group to nobody outside, and a retry of a removed sender its first result', async () => {
    const group = await createGroup(ada, bob);
    expect((await ask(0, eve, `POST /${group.id}/members`, { userId: eve })).status).toBe(404);
    expect((await ask(0, bob, `POST /${group.id}/members`, { userId: eve })).status).toBe(403);
    const id = newId();
    const first = await say(0, bob, group.id, { text: 'mine', clientMessageId: id });
    expect((await ask(0, ada, `DELETE /${group.id}/members/${bob}`)).status).toBe(204);
    expect(await say(0, bob, group.id, { text: 'mine', clientMessageId: id })).toMatchObject({
      status: 200,
      body: first.body,
    });
    expect((await say(0, bob, group.id, 'another')).status).toBe(404);
    expect((await ask(0, bob, `GET /${group.id}/messages`)).status).toBe(404);
  });

  it('refuses a client message id that was used in another channel', async () => {
    const [one, other] = [await createGroup(ada), await createGroup(ada)];
    const id = newId();
    await say(0, ada, one.id, { text: 'here', clientMessageId: id });
    expect(await say(0, ada, other.id, { text: 'there', clientMessageId: id })).toMatchObject({
      status: 409,
      body: { code: 'message.client-id-reused' },
    });
    expect(await inListOf(ada, other.id)).toMatchObject({ lastSeq: 0 });
  });

  it('keeps read marks within the channel and never lowers them', async () => {
    const group = await createGroup(ada, bob);
    for (const text of ['one', 'two', 'three']) await say(0, ada, group.id, text);
    const mark = async (seq: number) =>
      (await ask<{ seq: number }>(0, bob, `PUT /${group.id}/read`, { seq })).body.seq;
    expect([await mark(2), await mark(1), await mark(1000)]).toEqual([2, 2, 3]);
    expect(await inListOf(bob, group.id)).toMatchObject({ readSeq: 3, unreadCount: 0 });
  });

  it('counts exactly when the hint of the last seq was lost', async () => {
    const group = await createGroup(ada, bob);
    await Promise.all(Array.from({ length: 30 }, (_, index) => say(0, ada, group.id, `message ${index}`)));
    await eventually(
      () => mongo.db.collection<{ _id: string; lastSeq: number }>('channels').findOne({ _id: group.id }),
      (found) => found?.['lastSeq'] === 30,
    );
    await mongo.db
      .collection<{ _id: string }>('channels')
      .updateOne({ _id: group.id }, { $set: { lastSeq: 0 } });
    expect(await inListOf(bob, group.id, 1)).toMatchObject({ lastSeq: 30, unreadCount: 30 });
    // The second Pod never wrote here: its writer is cold.
    expect(await say(1, bob, group.id, 'next')).toMatchObject({ body: { seq: 31 } });
  });
});
