import { clientFrameResults } from '@chatplatform/contracts/frames/socket';
import type { ClientFrame, ClientFrameResults } from '@chatplatform/contracts/frames/socket';
import { channel, channelList, memberList } from '@chatplatform/contracts/http/chat';
import { problem } from '@chatplatform/contracts/problem';
import { unavailable } from '@chatplatform/kit/errors';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { ChatRefusal } from '../core/domain/chat-refusal.ts';
import type { Chat, ChatFrameName } from '../core/ports/chat.ts';
import { chatRequests } from './chat-requests.ts';
import type { ChatRequest } from './chat-requests.ts';

export interface ChatClientOptions {
  /** `http://<chat>:8080` */
  readonly url: string;
  /** Kept-alive connections at most. Default 64. */
  readonly connections?: number;
  /** Until an answer is given up, retries included. Default 8 s: below the time clients wait for their ack. */
  readonly deadlineMs?: number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 50;
/** Shorter than the server keeps idle connections: the side that reuses them must let go first. */
const KEEP_ALIVE_MS = 30_000;
/** After so many requests a connection is made anew, so that Pods that came later get their share. */
const REQUESTS_A_CONNECTION = 10_000;

/** Statuses of whatever stands in between (a proxy, a Pod on its way out), never of a request that was understood. */
const IN_BETWEEN = new Set([502, 504]);

/**
 * The chat service over HTTP. A request that got no answer is sent again: every one of them may be, a send because of
 * its client message id, and so on.
 */
export function createChatClient(options: ChatClientOptions): Chat & { close(): Promise<void> } {
  const { url, connections = 64, deadlineMs = 8_000, pause, random } = options;
  const pool = new Pool(new URL(url).origin, {
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxRequestsPerClient: REQUESTS_A_CONNECTION,
    connect: { timeout: 2_000 },
  });

  const attempt = async (token: string, request: ChatRequest, signal: AbortSignal): Promise<unknown> => {
    const answer = await pool.request({
      method: request.method,
      path: request.path,
      signal,
      headers: {
        authorization: `Bearer ${token}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
    });
    const body = await readJson(answer);
    if (answer.statusCode < 300) return body ?? {};
    const refusal = problem.safeParse(body);
    if (refusal.success && !IN_BETWEEN.has(answer.statusCode)) throw new ChatRefusal(refusal.data);
    throw new Error(`the chat service answered ${answer.statusCode}`);
  };

  const ask = async <S extends z.ZodType>(
    token: string,
    request: ChatRequest,
    schema: S,
  ): Promise<z.output<S>> => {
    const deadline = new AbortController();
    // Not AbortSignal.timeout: that one lives until its time is over, for every frame, whenever it was answered.
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    try {
      const { signal } = deadline;
      return schema.parse(await untilAnswered(() => attempt(token, request, signal), signal));
    } finally {
      clearTimeout(timer);
    }
  };

  const untilAnswered = async (once: () => Promise<unknown>, signal: AbortSignal): Promise<unknown> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await once();
      } catch (error) {
        if (error instanceof ChatRefusal) throw error;
        if (failures >= ATTEMPTS || signal.aborted) throw noAnswer(error);
        await pause(FIRST_PAUSE_MS * 2 ** failures * (0.5 + random() / 2));
      }
    }
  };

  return {
    channels: async (token) =>
      (await ask(token, { method: 'GET', path: '/api/v1/channels' }, channelList)).items,
    channel: (token, channelId) =>
      ask(token, { method: 'GET', path: `/api/v1/channels/${channelId}` }, channel),
    ask: <F extends ChatFrameName>(token: string, name: F, frame: ClientFrame<F>) => {
      // The catalogue pairs each name with its schema; TypeScript cannot follow the pairing through the lookup.
      const schema = clientFrameResults[name] as unknown as z.ZodType<ClientFrameResults[F]>;
      return ask(token, chatRequests[name](frame), schema);
    },
    memberIds: async (token, channelId) =>
      (
        await ask(token, { method: 'GET', path: `/api/v1/channels/${channelId}/members` }, memberList)
      ).items.map(({ userId }) => userId),
    close: () => pool.close(),
  };
}

async function readJson({ body }: Dispatcher.ResponseData): Promise<unknown> {
  const text = await body.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const noAnswer = (cause: unknown): Error =>
  unavailable('chat.unavailable', 'The chat service gave no answer; try again with the same ids.', { cause });
