import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import type { Email as ParsedEmail } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { renderEmail } from '../core/domain/email.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import type { SmtpTransport } from './smtp-transport.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function sink(
  options: SMTPServerOptions = {},
): Promise<{ url: string; received: Promise<ParsedEmail>[] }> {
  const received: Promise<ParsedEmail>[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(PostalMime.parse(Buffer.concat(chunks)));
        done();
      });
    },
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  closing.push(() => server.close());
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received };
}

function transportTo(url: string): SmtpTransport {
  const transport = createSmtpTransport({ url, from: 'Chat <chat@example.org>', connections: 1 });
  closing.push(() => transport.close());
  return transport;
}

const email = renderEmail(
  {
    id: '0190a0a0-0000-7000-8000-000000000001',
    eventId: 'e',
    userId: 'u',
    kind: 'message',
    title: 'Ada & "Bo" wrote in Čaj ☕',
    body: '<img src=x onerror=alert(1)> тест',
    channelId: '0190a0a0-0000-7000-8000-000000000002',
    createdAt: new Date(0),
    deliveries: [],
    traceparent: null,
  },
  'cy@example.org',
  { publicUrl: 'https://chat.example.org', messageIdDomain: 'chat.example.org' },
);

const refusing = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

describe('SMTP', () => {
  it('hands over text and escaped HTML with a Message-ID made of the notification', async () => {
    const { url, received } = await sink();
    expect(await transportTo(url).send(email)).toEqual({ kind: 'delivered' });
    const mail = await received[0];
    expect(mail?.messageId).toBe('<0190a0a0-0000-7000-8000-000000000001@chat.example.org>');
    expect(mail?.subject).toBe('Ada & "Bo" wrote in Čaj ☕');
    expect(mail?.to).toEqual([{ name: '', address: 'cy@example.org' }]);
    expect(mail?.from).toEqual({ name: 'Chat', address: 'chat@example.org' });
    expect(mail?.text).toContain('<img src=x onerror=alert(1)> тест');
    expect(mail?.text).toContain('https://chat.example.org/channels/0190a0a0-0000-7000-8000-000000000002');
    expect(mail?.html).toContain('&lt;img src=x onerror=alert(1)&gt; тест');
    expect(mail?.html).not.toContain('<img');
    expect(mail?.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    );
  });

  it('gives up on a mailbox that does not exist', async () => {
    const { url } = await sink({
      onRcptTo: (_address, _session, done) => done(refusing(550, 'no such mailbox')),
    });
    const outcome = await transportTo(url).send(email);
    expect(outcome).toMatchObject({ kind: 'rejected', reason: expect.stringContaining('no such mailbox') });
  });

  it.each([
    ['a mailbox that is full for now', { onRcptTo: (_a, _s, done) => done(refusing(452, 'mailbox full')) }],
    [
      'a server that wants to be asked later',
      { onData: (stream, _s, done) => (stream.resume(), done(refusing(451, 'busy'))) },
    ],
    ['a login it needs', { authOptional: false, disabledCommands: ['STARTTLS'] }],
  ] satisfies [string, SMTPServerOptions][])('tries %s again', async (_what, options) => {
    const { url } = await sink(options);
    expect((await transportTo(url).send(email)).kind).toBe('retry');
  });

  it('tries a server that is away again', async () => {
    expect(await transportTo('smtp://127.0.0.1:1').send(email)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
