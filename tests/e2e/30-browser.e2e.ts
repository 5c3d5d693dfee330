import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Channel } from '@chatplatform/contracts/http/chat';
import { type Browser, chromium, type Page } from 'playwright-core';
import { v7 as newId } from 'uuid';
import { eventually } from './support/eventually.ts';
import { type Connection, Person } from './support/person.ts';
import { target } from './support/target.ts';

/** The client as a person meets it, in Debian's Chromium. */
let browser: Browser;
let page: Page;
let bob: Person;
let bobLive: Connection;
const username = `carol-${newId().slice(-12)}`;
const problems: string[] = [];

beforeAll(async () => {
  await mkdir(target.artifacts, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  page = await (await browser.newContext({ viewport: { width: 1100, height: 720 } })).newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  bob = await Person.register('bob');
  bobLive = await bob.connect();
});

afterAll(async () => {
  bob.leave();
  await page.screenshot({ path: `${target.artifacts}/client-at-the-end.png` });
  await browser.close();
});

test('a newcomer registers; a bad password is explained in words', async () => {
  await page.goto(target.url);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Your name').fill('Carol');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@people.example`);
  await page.getByLabel('Password').fill('password1234');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(/password/i);
  // The refusal is the browser's to log; it is expected here and nowhere else.
  problems.length = 0;

  await page.getByLabel('Password').fill(`${newId()}-Secret`);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('No conversation yet').waitFor();
});

test('she finds somebody, writes, and is read live', async () => {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByLabel('Find people').fill(bob.account.username);
  await eventually('bob to be found', async () => {
    await page.getByRole('button', { name: 'Search' }).click();
    return (await page.getByRole('button', { name: 'Write' }).count()) === 1 ? true : undefined;
  });
  await eventually('the conversation to open', async () => {
    await page.getByRole('button', { name: 'Write' }).click();
    await page.getByLabel('Message', { exact: true }).waitFor({ timeout: 2000 });
    return true;
  });
  await page.getByLabel('Message', { exact: true }).fill('Hello from a browser');
  await page.keyboard.press('Enter');
  await page.locator('[data-number="1"]', { hasText: 'Hello from a browser' }).waitFor();
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('');
  expect(await page.getByLabel(/unread/).count()).toBe(0);
  await eventually('the message at bob', async () => bobLive.received('message:created').at(-1));
});

test('she sees who is typing, and what they wrote, as it happens', async () => {
  const channel = bobLive.received<Channel>('channel:joined').at(-1);
  expect(channel).toBeDefined();
  const channelId = channel?.id ?? '';
  await bobLive.request('typing:set', { channelId, typing: true });
  await page.getByText('bob is typing…').waitFor();
  await page.screenshot({ path: `${target.artifacts}/client-typing.png` });
  await bobLive.request('typing:set', { channelId, typing: false });
  expect((await bobLive.send(channelId, 'Hello, Carol')).ok).toBe(true);
  await page.locator('[data-number="2"]', { hasText: 'Hello, Carol' }).waitFor();
});

test('a picture is sent and shown', async () => {
  const { default: sharp } = await import('sharp');
  const picture = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#2f9e44' } })
    .png()
    .toBuffer();
  await page
    .getByLabel('Send a picture')
    .last()
    .setInputFiles({ name: 'green.png', mimeType: 'image/png', buffer: picture });
  const image = page.getByAltText('Attached picture');
  await image.waitFor();
  await eventually('the picture to be drawn', async () =>
    (await image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth)) > 0
      ? true
      : undefined,
  );
  await page.screenshot({ path: `${target.artifacts}/client-conversation.png` });
});

test('after a reload she is still signed in and nothing is missing', async () => {
  await page.reload();
  await page.locator('[data-number="3"]').waitFor();
  const numbers = await page
    .locator('[data-number]')
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-number')));
  expect(numbers).toEqual(['1', '2', '3']);
});

test('a channel she was taken out of leaves her screen', async () => {
  const channel = await bob.createChannel({ kind: 'group', name: 'Short visit', memberIds: [] });
  const me = await bob.expect<{ items: { id: string }[] }>('GET', `/api/v1/users?query=${username}`);
  const carol = me.items[0]?.id ?? '';
  await bob.expect('POST', `/api/v1/channels/${channel.id}/members`, { userId: carol });
  const link = page.getByRole('link', { name: 'Short visit' });
  await link.waitFor();
  await bob.expect('DELETE', `/api/v1/channels/${channel.id}/members/${carol}`);
  await link.waitFor({ state: 'detached' });
});

test('nothing went wrong behind the page', () => {
  expect(problems).toEqual([]);
});
