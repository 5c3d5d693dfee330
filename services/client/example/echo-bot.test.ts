import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createChatClient } from '@chatplatform/client';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { fakePlatform, problem } from '../src/testing/fake-platform.ts';
import { virtualClock } from '../src/testing/virtual-clock.ts';
import { echo } from './echo-bot.ts';

test('it answers what it is told once, through failures and absences, and nothing else', async () => {
  const [platform, clock] = [fakePlatform(), virtualClock()];
  platform.channels.set('c', channelOf('c'));
  const client = createChatClient({ session: platform.session, connect: platform.connect, clock });
  const say = (text: string) => {
    const said = platform.say('c', { live: false });
    Object.assign(said, { text });
    platform.tell('message:created', said);
  };
  platform.say('c');
  echo(client);
  client.start();
  platform.goOnline();
  await clock.pass(1000);
  say('hello');
  platform.fate.push('answer-lost', problem(503));
  say('!echo one');
  await clock.pass(1000);
  platform.goOffline();
  say('!echo two');
  platform.goOnline();
  await clock.pass(20_000);
  const own = platform.stored.get('c')?.filter(({ senderId }) => senderId === 'me');
  expect(own?.map(({ text }) => text)).toEqual(['one', 'two']);
});

test('the README shows it as it is', () => {
  const [readme, source] = ['../README.md', './echo-bot.ts'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  ) as [string, string];
  const shown = /```ts\n([\s\S]+?)```/.exec(readme)?.[1] ?? 'nothing';
  expect(source.startsWith(shown)).toBe(true);
});
