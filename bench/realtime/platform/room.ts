import { channel, messagePage } from '@chatplatform/contracts/http/chat';
import { inWorkers } from '../in-workers.ts';
import type { Person } from './identities.ts';

const JOINING_AT_ONCE = 8;

/**
 * A public channel with exactly these members: one may join it without an invitation, so nobody has to be known to the
 * chat service before. @returns its id
 */
export async function createRoom(
  chatUrl: string,
  people: readonly Person[],
  interrupted: AbortSignal,
): Promise<string> {
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error('a room needs a member');
  const name = `${people.length} members`;
  const { id } = channel.parse(await post(chatUrl, '/api/v1/channels', owner, { kind: 'public', name }));
  await inWorkers(JOINING_AT_ONCE, others, async (person) => {
    interrupted.throwIfAborted();
    await post(chatUrl, `/api/v1/channels/${id}/members`, person, { userId: person.userId });
  });
  return id;
}

/** Where the channel's stream ends. */
export async function lastSeqOf(chatUrl: string, channelId: string, member: Person): Promise<number> {
  const path = `/api/v1/channels/${channelId}/messages?limit=1`;
  return messagePage.parse(await request(chatUrl + path, 'GET', member)).lastSeq;
}

const post = (chatUrl: string, path: string, person: Person, body: object): Promise<unknown> =>
  request(chatUrl + path, 'POST', person, JSON.stringify(body));

async function request(
  url: string,
  method: 'GET' | 'POST',
  { token }: Person,
  body: string | null = null,
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
