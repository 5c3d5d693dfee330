import { channel } from '@chatplatform/contracts/http/chat';
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
  const waiting = others.values();
  const worker = async (): Promise<void> => {
    for (const person of waiting) {
      interrupted.throwIfAborted();
      await post(chatUrl, `/api/v1/channels/${id}/members`, person, { userId: person.userId });
    }
  };
  await Promise.all(Array.from({ length: JOINING_AT_ONCE }, worker));
  return id;
}

async function post(chatUrl: string, path: string, { token }: Person, body: object): Promise<unknown> {
  const answer = await fetch(`${chatUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
