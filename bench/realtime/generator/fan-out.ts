import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { summarise } from '../../measure/summary.ts';
import { watchCpu } from './cpu.ts';
import type { FanOutInput, FanOutResult } from './jobs.ts';
import { connectAll, countClosed, type LiveSocket, untilQuiet } from './live-socket.ts';
import { isEvent, stringField } from './packets.ts';
import { TEXT } from './text.ts';

/** A member that has not heard of a message by then has lost it. */
const RECEIPT_DEADLINE_MS = 10_000;

/** One message at a time to all members of a room, each measured by the one clock of this process. */
export async function runFanOut(input: FanOutInput): Promise<FanOutResult> {
  const sockets = await connectAll(input.urls, input.tokens);
  await untilQuiet(sockets);
  const room = new Room(sockets, input.channelId);
  for (let message = 0; message < input.warmUpMessages; message += 1) await room.say();

  const outcomes: Outcome[] = [];
  const cpu = await watchCpu(input.servers);
  const startedAt = performance.now();
  for (let message = 0; message < input.messages; message += 1) {
    outcomes.push(await room.say());
    await sleep(input.gapMs);
  }
  const activeSeconds = (performance.now() - startedAt - input.gapMs * input.messages) / 1000;
  const used = await cpu.used();
  if (countClosed(sockets) > 0) throw new Error(`${countClosed(sockets)} connections were lost on the way`);
  return {
    receipt: summarise(outcomes.flatMap(({ receipts }) => receipts)),
    lastReceipt: summarise(outcomes.map(({ receipts }) => receipts.at(-1) ?? Number.NaN)),
    ack: summarise(outcomes.map(({ ack }) => ack)),
    lost: outcomes.reduce((sum, { lost }) => sum + lost, 0),
    repeated: outcomes.reduce((sum, { repeated }) => sum + repeated, 0),
    generatorProcessors: used.own / activeSeconds,
    cpuSeconds: used.servers,
  };
}

interface Outcome {
  /** In the order they came. */
  readonly receipts: readonly number[];
  readonly ack: number;
  readonly lost: number;
  readonly repeated: number;
}

class Room {
  readonly #sockets: readonly LiveSocket[];
  readonly #channelId: string;

  constructor(sockets: readonly LiveSocket[], channelId: string) {
    this.#sockets = sockets;
    this.#channelId = channelId;
  }

  /** Resolves when all have received the message (or will not any more) and the sender has its acknowledgement. */
  async say(): Promise<Outcome> {
    const clientMessageId = newId();
    const receipts: number[] = [];
    const seen = new Uint8Array(this.#sockets.length);
    let repeated = 0;
    const everybody = Promise.withResolvers<undefined>();
    let sentAt = 0;
    for (const [index, socket] of this.#sockets.entries()) {
      socket.onEvent((text) => {
        const now = performance.now();
        if (!isEvent(text, 'message:created') || stringField(text, 'clientMessageId') !== clientMessageId)
          return;
        if (seen[index] === 1) {
          repeated += 1;
          return;
        }
        seen[index] = 1;
        receipts.push(now - sentAt);
        if (receipts.length === this.#sockets.length) everybody.resolve(undefined);
      });
    }
    sentAt = performance.now();
    const deadline = setTimeout(() => everybody.resolve(undefined), RECEIPT_DEADLINE_MS);
    const acknowledged = this.#send(clientMessageId).then(() => performance.now() - sentAt);
    const [ack] = await Promise.all([acknowledged, everybody.promise]);
    clearTimeout(deadline);
    return { receipts, ack, repeated, lost: this.#sockets.length - receipts.length };
  }

  async #send(clientMessageId: string): Promise<void> {
    const message = { clientMessageId, text: TEXT };
    const answer = await this.#sockets[0]?.send('message:send', { channelId: this.#channelId, message });
    if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== true)
      throw new Error(`a message was not acknowledged: ${JSON.stringify(answer)}`);
  }
}
