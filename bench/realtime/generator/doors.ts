import { Pool } from 'undici';
import { channelsOf } from './deal.ts';
import type { PersistedInput } from './jobs.ts';
import { connectAll, countClosed, LiveSocket, NO_ANSWER } from './live-socket.ts';
import { isEvent, stringField } from './packets.ts';
import { TEXT } from './text.ts';

/** What became of a send: undefined when it was acknowledged, else the problem's code. */
export type SendOutcome = string | undefined;

/** A way in for messages. */
export interface Door {
  send(sender: number, clientMessageId: string): Promise<SendOutcome>;
  /** Messages that came to all sockets so far. */
  deliveries(): number;
  close(): Promise<void>;
}

/** @param onReceipt told of each message that one member's socket receives */
export function openDoor(input: PersistedInput, onReceipt: (clientMessageId: string) => void): Promise<Door> {
  return input.door === 'http' ? openHttpDoor(input, onReceipt) : openSocketDoor(input, onReceipt);
}

/** The channel that a sender speaks in next. */
function turnsOf({ channelIds, tokens }: PersistedInput): (sender: number) => string {
  const turns = tokens.map((_, sender) => ({
    own: channelsOf(sender, tokens.length, channelIds.length),
    next: 0,
  }));
  return (sender) => {
    const turn = turns[sender];
    if (turn === undefined) throw new Error(`there is no sender ${sender}`);
    turn.next = (turn.next + 1) % turn.own.length;
    return channelIds[turn.own[turn.next] ?? 0] ?? '';
  };
}

async function openHttpDoor(input: PersistedInput, onReceipt: (id: string) => void): Promise<Door> {
  const { chatUrl, gatewayUrls, tokens } = input;
  const nextChannel = turnsOf(input);
  let deliveries = 0;
  const listener = await LiveSocket.connect({
    url: gatewayUrls[0] ?? '',
    token: tokens[0] ?? '',
    onEvent: (text) => {
      if (!isEvent(text, 'message:created')) return;
      deliveries += 1;
      onReceipt(stringField(text, 'clientMessageId') ?? '');
    },
  });
  const pool = new Pool(chatUrl, { connections: tokens.length });
  const headers = tokens.map((token) => ({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  }));
  return {
    async send(sender, clientMessageId) {
      const answer = await pool.request({
        method: 'POST',
        path: `/api/v1/channels/${nextChannel(sender)}/messages`,
        headers: headers[sender] ?? {},
        body: JSON.stringify({ clientMessageId, text: TEXT }),
      });
      const body = await answer.body.text();
      return answer.statusCode === 201
        ? undefined
        : (stringField(body, 'code') ?? `status ${answer.statusCode}`);
    },
    deliveries: () => deliveries,
    close: async () => {
      if (!listener.isOpen) throw new Error('the listening connection was lost on the way');
      listener.close();
      await pool.close();
    },
  };
}

async function openSocketDoor(input: PersistedInput, onReceipt: (id: string) => void): Promise<Door> {
  const sockets = await connectAll(input.gatewayUrls, input.tokens);
  const nextChannel = turnsOf(input);
  let deliveries = 0;
  for (const [index, socket] of sockets.entries()) {
    socket.onEvent((text) => {
      if (!isEvent(text, 'message:created')) return;
      deliveries += 1;
      if (index === 0) onReceipt(stringField(text, 'clientMessageId') ?? '');
    });
  }
  return {
    async send(sender, clientMessageId) {
      const message = { clientMessageId, text: TEXT };
      const answer = await sockets[sender]?.send('message:send', { channelId: nextChannel(sender), message });
      return answer === NO_ANSWER ? 'no answer' : outcomeOf(answer);
    },
    deliveries: () => deliveries,
    close: async () => {
      const closed = countClosed(sockets);
      if (closed > 0) throw new Error(`${closed} connections were lost on the way`);
      for (const socket of sockets) socket.close();
    },
  };
}

function outcomeOf(ack: unknown): SendOutcome {
  const { ok, error } = ack as { ok: boolean; error?: { code: string } };
  return ok ? undefined : (error?.code ?? 'refused');
}
