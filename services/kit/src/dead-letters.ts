import { connect } from 'amqplib';
import type { ConfirmChannel, GetMessage } from 'amqplib';
import { cloudEvent } from '@chatplatform/contracts/events/envelope';
import { deadLetterQueue, eventQueue } from './event-topology.ts';

/** What is known of an event that could not be handled; null where the message is not a CloudEvent. */
export type DeadLetter = {
  readonly id: string | null;
  readonly type: string | null;
  readonly subject: string | null;
  /** When the event happened. */
  readonly time: string | null;
  /** `rejected`: its handler gave it up; `delivery_limit`: its consumer died of it again and again. */
  readonly reason: string | null;
  readonly replayed: boolean;
};

export type ReplayOptions = {
  readonly url: string;
  /** The consumer, whose dead letters lie in `<service>.dead`. */
  readonly service: string;
  /** Ids of events. Default: all. */
  readonly ids?: readonly string[];
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
  readonly onLetter: (letter: DeadLetter) => void;
};

/** One turn of the dead letter queue: what was in it at the start, each once. */
type Turn = { readonly queue: string; readonly count: number };

/**
 * Puts dead letters back into the queue of the one service that could not handle them, in their order. The others stay,
 * in theirs. Every message is stored anew, with the broker's confirm, before the old one goes: a crash in between
 * leaves one twice, which the inbox of its consumer sees, and never none. A message is not merely given back, because the
 * broker counts that as a delivery and drops it at the limit.
 * @returns how many were replayed, or would be
 * @throws when the broker cannot be reached or there is no such queue
 */
export const replayDeadLetters = async (options: ReplayOptions): Promise<number> => {
  const queue = deadLetterQueue(options.service);
  const connection = await connect(options.url, { timeout: 10_000 });
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const { messageCount } = await channel.checkQueue(queue);
    return await takeTurn(channel, { queue, count: messageCount }, options);
  } finally {
    await connection.close();
  }
};

const takeTurn = async (
  channel: ConfirmChannel,
  { queue, count }: Turn,
  { service, ids, dryRun = false, onLetter }: ReplayOptions,
): Promise<number> => {
  let chosen = 0;
  for (let left = count; left > 0; left -= 1) {
    const message = await channel.get(queue, { noAck: false });
    if (message === false) break;
    const letter = letterOf(message);
    const isChosen = ids === undefined || (letter.id !== null && ids.includes(letter.id));
    if (isChosen) chosen += 1;
    const replayed = isChosen && !dryRun;
    await storeAnew(channel, message, replayed ? eventQueue(service) : queue, replayed);
    channel.ack(message);
    if (isChosen) onLetter({ ...letter, replayed });
  }
  // Acknowledgements have no answer; the broker has seen them when it answers this.
  await channel.checkQueue(queue);
  return chosen;
};

const storeAnew = async (
  channel: ConfirmChannel,
  { content, properties }: GetMessage,
  queue: string,
  replayed: boolean,
): Promise<void> => {
  const { 'x-death': death, ...headers } = properties.headers ?? {};
  channel.sendToQueue(queue, content, {
    ...properties,
    persistent: true,
    mandatory: true,
    // A replayed event is to be told apart from one that died again.
    headers: replayed || death === undefined ? headers : { ...headers, 'x-death': death },
  });
  await channel.waitForConfirms();
};

const letterOf = ({ content, properties }: GetMessage): Omit<DeadLetter, 'replayed'> => {
  const { success, data } = cloudEvent.safeParse(parsed(content.toString('utf8')));
  const { id, type, subject, time } = success ? data : { id: null, type: null, subject: null, time: null };
  const reason: unknown = properties.headers?.['x-first-death-reason'];
  return { id, type, subject, time, reason: typeof reason === 'string' ? reason : null };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
