import { type ChatClient, createChatClient, createSession } from '@chatplatform/client';

/** Repeats, in every channel it is in, what is said to it after `!echo`. */
export function echo(client: ChatClient): void {
  client.subscribe(({ channels, timelines }) => {
    // From here on: what was said before it came is not its business.
    for (const { id, lastSeq } of channels.values()) if (!timelines.has(id)) client.follow(id, lastSeq);
  });
  client.onEntry((entry) => {
    client.markRead(entry.channelId);
    const [, words] = /^!echo (.+)/s.exec(entry.type === 'message' ? entry.message.text : '') ?? [];
    if (words !== undefined) client.send(entry.channelId, { text: words });
  });
}

/** `node example/echo-bot.ts https://chat.example.org echo 'its password'` */
async function main([url = '', login = '', password = '']: readonly string[]): Promise<void> {
  const session = createSession({ url });
  await session.logIn({ login, password });
  const client = createChatClient({ session });
  echo(client);
  client.start();
}

if (import.meta.main) await main(process.argv.slice(2));
