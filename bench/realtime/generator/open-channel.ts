import { Pool } from 'undici';
import { summarise } from '../../measure/summary.ts';
import { inWorkers } from '../in-workers.ts';
import type { OpenChannelInput, OpenChannelResult } from './jobs.ts';

const PAGE = 50;

/** Opens channels as a client does that holds nothing of them: the last page, and the members with their marks. */
export async function runOpenChannel(input: OpenChannelInput): Promise<OpenChannelResult> {
  const { chatUrl, token, channelIds, openings, atOnce } = input;
  const pool = new Pool(chatUrl, { connections: 2 * atOnce });
  const get = async (path: string): Promise<{ items: readonly unknown[] }> => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await pool.request({ method: 'GET', path, headers });
    const body = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`GET ${path} was answered ${answer.statusCode}: ${body}`);
    return JSON.parse(body) as { items: readonly unknown[] };
  };
  const times: number[] = [];
  const turns = Array.from({ length: openings }, (_, turn) => channelIds[turn % channelIds.length] ?? '');
  await inWorkers(atOnce, turns, async (channelId) => {
    const startedAt = performance.now();
    const channel = `/api/v1/channels/${channelId}`;
    const [messages] = await Promise.all([
      get(`${channel}/messages?limit=${PAGE}`),
      get(`${channel}/members`),
    ]);
    times.push(performance.now() - startedAt);
    if (messages.items.length !== PAGE)
      throw new Error(`a page held ${messages.items.length} of ${PAGE} messages`);
  });
  await pool.close();
  return { opened: summarise(times) };
}
