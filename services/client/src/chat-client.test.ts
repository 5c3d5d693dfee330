import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '@chatplatform/contracts/http/chat';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { createChatClient } from './chat-client.ts';
import { inStorage, type OutboxKeeper } from './edge/keeping.ts';
import { fakePlatform, problem } from './testing/fake-platform.ts';
import { virtualClock } from './testing/virtual-clock.ts';

/** A client on a platform in memory, in time that passes when told. */
const setUp = ({ channels = ['c'], outbox }: { channels?: string[]; outbox?: OutboxKeeper } = {}) => {
  const platform = fakePlatform();
  for (const id of channels) platform.channels.set(id, channelOf(id));
  const clock = virtualClock();
  const start = () =>
    createChatClient({
      session: platform.session,
      connect: platform.connect,
      clock,
      random: () => 0.5,
      ...(outbox === undefined ? {} : { outbox }),
    });
  const client = start();
  const heard: Message[] = [];
  client.onEntry((entry) => {
    if (entry.type === 'message') heard.push(entry.message);
  });
  const asked = (name: string) => platform.asked.filter((request) => request.name === name);
  const unread = (id = 'c') => client.state().channels.get(id)?.unreadCount;
  return { platform, clock, client, start, heard, asked, unread };
};
const seqs = (messages: readonly Message[] = []) => messages.map(({ seq }) => seq);
const storage = () => {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
};

describe('gaps', () => {
  test('a burst that shows a gap asks once', async () => {
    const { platform, clock, client, heard, asked } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.say('c', { live: false });
    for (let count = 0; count < 30; count += 1) platform.say('c');
    await clock.pass(1000);
    expect(asked('channels:sync')).toHaveLength(1);
    expect(seqs(heard)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  });

  test('entries that only changed places ask for nothing', async () => {
    const { platform, clock, client, heard, asked } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    const [first, second] = [platform.say('c', { live: false }), platform.say('c', { live: false })];
    platform.tell('message:created', second);
    platform.tell('message:created', first);
    platform.tell('message:created', second);
    await clock.pass(5000);
    expect(asked('channels:sync')).toHaveLength(0);
    expect(seqs(heard)).toEqual([1, 2]);
  });

  test('after a reconnect what was missed is fetched, page by page, though nothing is live', async () => {
    const { platform, clock, client, heard, asked } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.goOffline();
    for (let count = 0; count < 1200; count += 1) platform.say('c');
    platform.goOnline();
    await clock.pass(1000);
    expect(asked('channels:sync').map(({ body }) => body.channels?.[0]?.afterSeq)).toEqual([0, 500, 1000]);
    expect(seqs(heard)).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
  });

  test('a server that is away is asked again, later and later', async () => {
    const { platform, clock, client, heard, asked } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.say('c', { live: false });
    platform.fate.push(problem(503), problem(429, { retryAfterSeconds: 20 }));
    platform.tell('message:created', platform.say('c', { live: false }));
    await clock.pass(10_000);
    expect(asked('channels:sync')).toHaveLength(2);
    await clock.pass(20_000);
    expect(asked('channels:sync')).toHaveLength(3);
    expect(seqs(heard)).toEqual([1, 2]);
  });

  test('a channel one is removed from is asked for no more, and heard of no more', async () => {
    const { platform, clock, client, heard } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.say('c');
    platform.tell('channel:left', { channelId: 'c', revision: 1 });
    platform.channels.delete('c');
    platform.say('c');
    await clock.pass(5000);
    expect(seqs(heard)).toEqual([1]);
    expect(client.state().timelines.size + client.state().channels.size).toBe(0);
  });

  test('a channel one comes back to goes on where it ended', async () => {
    const { platform, clock, client, heard } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.say('c');
    platform.tell('channel:left', { channelId: 'c', revision: 1 });
    platform.say('c');
    platform.tell('channel:joined', {
      ...channelOf('c', { lastSeq: 2, messageCount: 2, unreadCount: 2 }),
      revision: 2,
    });
    await clock.pass(5000);
    platform.say('c');
    expect(seqs(heard)).toEqual([1, 2, 3]);
  });
});

describe('news of a membership that come in the wrong order', () => {
  test('a channel one has left does not come back by the late word that one had joined it', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.channels.delete('c');
    platform.tell('channel:left', { channelId: 'c', revision: 2 });
    platform.tell('channel:joined', { ...channelOf('c'), revision: 1 });
    await clock.pass(5000);
    expect(client.state().channels.has('c')).toBe(false);
  });

  test('a channel one has joined again does not go by the late word that one had left it', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.tell('channel:joined', { ...channelOf('c'), revision: 3 });
    platform.tell('channel:left', { channelId: 'c', revision: 2 });
    await clock.pass(5000);
    expect(client.state().channels.has('c')).toBe(true);
  });
});

describe('sending', () => {
  test('the answer is lost and the connection with it: sent again with the same id, stored once', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.fate.push('answer-lost');
    const { stored, clientMessageId } = client.send('c', { text: 'once' });
    platform.goOffline();
    await clock.pass(60_000);
    platform.goOnline();
    await clock.pass(1000);
    expect((await stored).clientMessageId).toBe(clientMessageId);
    expect(platform.stored.get('c')).toHaveLength(1);
    expect(client.state().outbox.sends).toEqual([]);
  });

  test('seen in the stream is as good as acknowledged', async () => {
    const { platform, clock, client, asked } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    platform.fate.push('answer-lost');
    const { stored } = client.send('c', { text: 'once' });
    await clock.pass(0);
    platform.tell('message:created', platform.stored.get('c')?.[0] as Message);
    expect((await stored).seq).toBe(1);
    await clock.pass(60_000);
    expect(asked('message:send')).toHaveLength(1);
  });

  test('what was said while offline goes out in its order', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    const texts = ['one', 'two', 'three'];
    for (const text of texts) client.send('c', { text });
    expect(client.state().outbox.sends).toHaveLength(3);
    platform.fate.push('never-arrives', problem(503));
    platform.goOnline();
    await clock.pass(10_000);
    expect(platform.stored.get('c')?.map(({ text }) => text)).toEqual(texts);
  });

  test('what the program left unsent is sent by its next run, once', async () => {
    const kept = storage();
    const outbox = (): OutboxKeeper => inStorage(kept, 'outbox');
    const { platform, clock, client, start } = setUp({ outbox: outbox() });
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.fate.push('answer-lost', 'never-arrives');
    client.send('c', { text: 'answer lost' });
    client.send('c', { text: 'not tried yet' });
    await clock.pass(0);
    platform.goOffline();
    const again = start();
    again.start();
    platform.goOnline();
    await clock.pass(10_000);
    expect(platform.stored.get('c')?.map(({ text }) => text)).toEqual(['answer lost', 'not tried yet']);
    expect(kept.getItem('outbox')).toBeNull();
  });

  test('a refusal is shown with its reason, does not hold up others, and can be tried again', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.fate.push(problem(403, { detail: 'This channel is read-only.' }));
    const { stored, clientMessageId } = client.send('c', { text: 'refused' });
    client.send('c', { text: 'taken' });
    await clock.pass(1000);
    await expect(stored).rejects.toThrow('This channel is read-only.');
    expect(client.state().outbox.sends).toMatchObject([{ state: 'refused' }]);
    client.retry(clientMessageId);
    await clock.pass(1000);
    const said = platform.stored.get('c') ?? [];
    expect(said.map(({ text }) => text)).toEqual(['taken', 'refused']);
    // What was refused under the old id stays refused.
    expect(said.map((message) => message.clientMessageId)).not.toContain(clientMessageId);
  });
});

describe('reading', () => {
  test('a mark made while offline reaches the server with the next connection, the highest only', async () => {
    const { platform, clock, client, asked, unread } = setUp();
    client.start();
    client.follow('c', 0);
    platform.goOnline();
    await clock.pass(1000);
    for (let count = 0; count < 4; count += 1) platform.say('c');
    expect(unread()).toBe(4);
    platform.goOffline();
    client.markRead('c', 2);
    client.markRead('c');
    client.markRead('c', 1);
    platform.goOnline();
    await clock.pass(1000);
    expect(asked('channel:read').map(({ body }) => body)).toEqual([{ channelId: 'c', seq: 4 }]);
    expect(unread()).toBe(0);
    client.markRead('c');
    expect(asked('channel:read')).toHaveLength(1);
  });
});

test('a mark whose answer is lost while the next connection stands already is brought again', async () => {
  const { platform, clock, client, unread } = setUp();
  client.start();
  client.follow('c', 0);
  platform.goOnline();
  platform.say('c');
  await clock.pass(1000);
  platform.fate.push('answer-lost');
  client.markRead('c');
  platform.goOffline();
  platform.goOnline();
  await clock.pass(60_000);
  expect(unread()).toBe(0);
});

describe('opening', () => {
  test('loads the newest page, follows the stream from there, and older ones on demand', async () => {
    const { platform, clock, client } = setUp();
    for (let count = 0; count < 60; count += 1) platform.say('c');
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    await client.open('c');
    const shown = () => seqs(client.state().timelines.get('c')?.messages);
    expect([shown()[0], shown().at(-1)]).toEqual([11, 60]);
    platform.say('c');
    expect(await client.openOlder('c')).toBe(true);
    expect(shown()).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    expect(await client.openOlder('c')).toBe(false);
  });

  test('a channel is there though nobody told of having joined it, once news of it come', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    platform.channels.set('d', channelOf('d'));
    for (let count = 0; count < 5; count += 1) platform.say('d');
    await clock.pass(2000);
    expect(client.state().channels.get('d')).toMatchObject({ lastSeq: 5, unreadCount: 5 });
    // As it mostly goes: then nothing is asked for.
    platform.say('e');
    platform.tell('channel:joined', { ...channelOf('e'), revision: 0 });
    platform.channels.set('e', channelOf('e'));
    await clock.pass(2000);
    expect(client.state().channels.has('e')).toBe(true);
    expect(platform.paths).toEqual(['/api/v1/channels', '/api/v1/channels']);
  });

  test('an empty channel is one without a hole', async () => {
    const { platform, clock, client } = setUp();
    client.start();
    platform.goOnline();
    await clock.pass(1000);
    await client.open('c');
    platform.say('c');
    expect(seqs(client.state().timelines.get('c')?.messages)).toEqual([1]);
  });
});

test('whatever is lost, delayed or cut on the way: the log is the stream, the unread count right', async () => {
  const steps = fc.array(
    fc.constantFrom('live', 'missed', 'offline', 'online', 'send', 'fail', 'wait', 'read'),
    {
      maxLength: 60,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (happenings) => {
      const { platform, clock, client, heard, unread } = setUp();
      client.start();
      client.follow('c', 0);
      platform.goOnline();
      const act: Record<string, () => void | Promise<void>> = {
        live: () => void platform.say('c'),
        missed: () => void platform.say('c', { live: false }),
        offline: () => platform.goOffline(),
        online: () => platform.goOnline(),
        send: () => void client.send('c', { text: 'mine' }),
        fail: () => void platform.fate.push('answer-lost', problem(503), 'never-arrives'),
        wait: () => clock.pass(300),
        read: () => client.markRead('c'),
      };
      for (const happening of happenings) await act[happening]?.();
      platform.fate.length = 0;
      platform.goOffline();
      platform.goOnline();
      await clock.pass(60_000);
      const stored = platform.stored.get('c') ?? [];
      expect(heard).toEqual(stored);
      expect(client.state().timelines.get('c')?.messages).toEqual(stored);
      expect(client.state().outbox.sends).toEqual([]);
      expect(stored.filter(({ senderId }) => senderId === 'me')).toHaveLength(
        happenings.filter((happening) => happening === 'send').length,
      );
      client.markRead('c');
      await clock.pass(1000);
      expect(unread()).toBe(0);
    }),
    { numRuns: 60 },
  );
});
