import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DailyFigures, Series } from '@chatplatform/contracts/http/analytics';
import type { Channel, ChannelList, Message } from '@chatplatform/contracts/http/chat';
import type { Media } from '@chatplatform/contracts/http/media';
import type {
  FriendRequest,
  FriendRequestList,
  Profile,
  ProfileList,
} from '@chatplatform/contracts/http/user';
import type { Problem } from '@chatplatform/contracts/problem';
import sharp from 'sharp';
import { v7 as newId } from 'uuid';
import { administrator } from './support/administrator.ts';
import { eventually } from './support/eventually.ts';
import { type Connection, call, Person } from './support/person.ts';
import { askComponent, target } from './support/target.ts';

/** One message crosses the whole platform, step by step, through the edge only. */
let ada: Person & { password: string };
let bob: Person & { password: string };
let adaLive: Connection;
let bobLive: Connection;
let group: Channel;
let direct: Channel;

beforeAll(async () => {
  [ada, bob] = [await Person.register('ada'), await Person.register('bob')];
});

afterAll(() => {
  ada.leave();
  bob.leave();
});

describe('accounts', () => {
  test('a wrong password and an unknown account get the same answer', async () => {
    const wrong = await call<Problem>('POST', '/api/v1/auth/login', {
      body: { login: ada.account.username, password: 'not the password' },
    });
    const unknown = await call<Problem>('POST', '/api/v1/auth/login', {
      body: { login: `nobody-${newId()}`, password: 'not the password' },
    });
    expect(wrong.status).toBe(401);
    expect({ ...unknown.body, traceId: '' }).toEqual({ ...wrong.body, traceId: '' });
  });

  test('a taken username is refused by name', async () => {
    const again = await call<Problem>('POST', '/api/v1/auth/register', {
      body: {
        email: `other-${ada.account.email}`,
        username: ada.account.username,
        displayName: 'Ada again',
        password: `${newId()}-Secret`,
      },
    });
    expect(again.status).toBe(409);
    expect(again.body.errors?.map((error) => error.field)).toEqual(['username']);
  });
});

describe('people', () => {
  test('each gets a profile from the event of the registration', async () => {
    for (const person of [ada, bob]) {
      const profile = await eventually('a profile', async () => {
        const answer = await person.request<Profile>('GET', '/api/v1/users/me');
        return answer.status === 200 ? answer.body : undefined;
      });
      expect(profile).toMatchObject({ id: person.id, username: person.account.username });
    }
  });

  test('they find each other and become friends', async () => {
    const found = await ada.expect<ProfileList>(
      'GET',
      `/api/v1/users?query=${encodeURIComponent(bob.account.username)}`,
    );
    expect(found.items.map(({ id }) => id)).toEqual([bob.id]);
    const request = await ada.expect<FriendRequest>('POST', '/api/v1/friends/requests', { userId: bob.id });
    const incoming = await bob.expect<FriendRequestList>('GET', '/api/v1/friends/requests');
    expect(incoming.items.map(({ id }) => id)).toContain(request.id);
    await bob.expect('POST', `/api/v1/friends/requests/${request.id}/accept`, {});
    for (const [person, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      const friends = await person.expect<ProfileList>('GET', '/api/v1/friends');
      expect(friends.items.map(({ id }) => id)).toEqual([other.id]);
    }
  });
});

describe('a conversation', () => {
  beforeAll(async () => {
    adaLive = await ada.connect();
    bobLive = await bob.connect();
  });

  test('a group channel and a direct one, seen by both', async () => {
    group = await eventually('the chat service to know both', async () => {
      const answer = await ada.request<Channel>('POST', '/api/v1/channels', {
        kind: 'group',
        name: 'Engine room',
        memberIds: [bob.id],
      });
      return answer.status === 201 ? answer.body : undefined;
    });
    direct = await ada.createChannel({ kind: 'direct', peerId: bob.id });
    const again = await bob.createChannel({ kind: 'direct', peerId: ada.id });
    expect(again.id).toBe(direct.id);
    const channels = await bob.expect<ChannelList>('GET', '/api/v1/channels');
    expect(channels.items.map(({ id }) => id).sort()).toEqual([group.id, direct.id].sort());
  });

  test('acknowledged messages are stored, and arrive at the other once and in order', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`);
    const heard: Message[] = [];
    const bobChat = bob.chat();
    bobChat.onEntry((entry) => {
      if (entry.type === 'message') heard.push(entry.message);
    });
    bobChat.follow(group.id, 0);
    const acks = await Promise.all(texts.map((text) => adaLive.send(group.id, text)));
    expect(acks.every((ack) => ack.ok)).toBe(true);
    const stored = await bob.messages(group.id);
    expect(stored.items.map(({ number }) => number)).toEqual(texts.map((_, index) => index + 1));
    expect(stored.items.map(({ text }) => text).sort()).toEqual([...texts].sort());
    const arrived = await eventually('all messages at the other', async () => {
      const messages = heard.filter(({ channelId }) => channelId === group.id);
      return messages.length >= texts.length ? messages : undefined;
    });
    expect(arrived.map(({ id }) => id)).toEqual(stored.items.map(({ id }) => id));
  });

  test('a repeated send is the first one again', async () => {
    const clientMessageId = newId();
    const first = await adaLive.send(direct.id, 'once', { clientMessageId });
    const second = await adaLive.send(direct.id, 'once', { clientMessageId });
    expect(first).toMatchObject({ ok: true, result: { seq: 1 } });
    expect(second).toEqual(first);
    expect((await bob.messages(direct.id)).items).toHaveLength(1);
  });

  test('unread follows from what was read', async () => {
    const unread = async () =>
      (await bob.expect<ChannelList>('GET', '/api/v1/channels')).items.find(({ id }) => id === group.id)
        ?.unreadCount;
    expect(await unread()).toBe(40);
    const ack = await bobLive.request('channel:read', { channelId: group.id, seq: 38 });
    expect(ack.ok).toBe(true);
    expect(await unread()).toBe(2);
  });

  test('the other sees who is typing', async () => {
    await adaLive.request('typing:set', { channelId: group.id, typing: true });
    const typing = await eventually('the typing signal', async () =>
      bobLive.received('typing:changed').at(-1),
    );
    expect(typing).toEqual({ channelId: group.id, userId: ada.id, typing: true });
  });

  test('a frame that breaks the schema is answered with the field, and the connection stays', async () => {
    const ack = await adaLive.request('message:send', { channelId: 'not an id', message: {} });
    expect(ack).toMatchObject({
      ok: false,
      error: { errors: expect.arrayContaining([expect.objectContaining({ field: 'channelId' })]) },
    });
    expect(adaLive.socket.connected).toBe(true);
  });

  test('a stranger reads nothing and sends nothing', async () => {
    const eve = await Person.register('eve');
    const read = await eve.request<Problem>('GET', `/api/v1/channels/${group.id}/messages`);
    expect([403, 404]).toContain(read.status);
    const live = await eve.connect();
    expect((await live.send(group.id, 'let me in')).ok).toBe(false);
    eve.leave();
  });
});

describe('a picture', () => {
  test('is re-encoded, shown to those who have its link, and kept from those who have not', async () => {
    const original = await sharp({
      create: { width: 2000, height: 1000, channels: 3, background: '#3b5bdb' },
    })
      .withExif({ IFD0: { Copyright: 'secret place' } })
      .jpeg()
      .toBuffer();
    const uploaded = await ada.upload(original, 'image/jpeg');
    expect(uploaded.status).toBe(201);
    const ack = await adaLive.send(direct.id, 'look', { mediaIds: [uploaded.body.id] });
    expect(ack.ok).toBe(true);

    const media = await bob.expect<Media>('GET', `/api/v1/media/${uploaded.body.id}`);
    const shown = await fetch(`${target.url}${media.variants.thumbnail.url}`);
    expect(shown.status).toBe(200);
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    const metadata = await sharp(Buffer.from(await shown.arrayBuffer())).metadata();
    expect(Math.max(metadata.width, metadata.height)).toBeLessThanOrEqual(256);
    expect(metadata.width / metadata.height).toBeCloseTo(2, 1);
    expect(metadata.exif).toBeUndefined();

    const forged = media.variants.thumbnail.url.replace(/signature=[^&]{4}/, 'signature=AAAA');
    expect((await fetch(`${target.url}${forged}`)).status).toBe(403);
  });

  test('what is no picture is refused', async () => {
    const refused = await ada.upload(randomBytes(2000), 'image/png');
    expect(refused.status).toBe(415);
  });
});

describe('the one who is away', () => {
  test('gets an e-mail, and one trace shows the way there', async () => {
    bob.leave();
    const traceId = randomBytes(16).toString('hex');
    const text = `are you there ${newId()}`;
    const ack = await adaLive.send(direct.id, text, {
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    });
    expect(ack.ok).toBe(true);

    const mail = await eventually('the e-mail', async () => {
      const mails = (await askComponent('mail', 'web', '/api/email')) as {
        to: { address: string }[];
        text: string;
      }[];
      return mails.find(
        ({ to, text: body }) =>
          to.some(({ address }) => address === bob.account.email) && body.includes(text),
      );
    });
    expect(mail.text).toContain('ada');

    const services = await eventually('the trace', async () => {
      const answer = (await askComponent('jaeger', 'ui', `/api/traces/${traceId}`)) as {
        data: { spans: { operationName: string }[]; processes: Record<string, { serviceName: string }> }[];
      };
      const names = new Set(
        Object.values(answer.data[0]?.processes ?? {}).map(({ serviceName }) => serviceName),
      );
      return ['gateway', 'chat', 'notification'].every((name) => names.has(name)) ? names : undefined;
    });
    expect([...services]).toEqual(expect.arrayContaining(['gateway', 'chat', 'notification']));
  });
});

describe('analytics', () => {
  test('counts what happened, for those who may see it', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const path = `/api/v1/analytics/daily?from=${today}&to=${today}`;
    expect((await ada.request('GET', path)).status).toBe(403);
    const admin = await administrator();
    const figures = await eventually('the daily figures', async () => {
      const answer = await admin.expect<DailyFigures>('GET', path);
      return (answer.items[0]?.messages ?? 0) >= 43 ? answer.items[0] : undefined;
    });
    expect(figures.registrations).toBeGreaterThanOrEqual(2);
    expect(figures.channelsCreated).toBeGreaterThanOrEqual(2);
    expect(figures.uploads).toBeGreaterThanOrEqual(1);
    const series = await eventually('the series', async () => {
      const answer = await admin.expect<Series>(
        'GET',
        '/api/v1/analytics/series?metric=messages&sinceMinutes=60',
      );
      const total = answer.points.reduce((sum, point) => sum + point.count, 0);
      return total >= 43 ? total : undefined;
    });
    expect(series).toBeGreaterThanOrEqual(43);
  });
});
