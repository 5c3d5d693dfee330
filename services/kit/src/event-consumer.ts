import { setTimeout as sleep } from 'node:timers/promises';
import { cloudEvent } from '@chatplatform/contracts/events/envelope';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Channel, ConsumeMessage } from 'amqplib';
import { z, ZodError } from 'zod';
import { DomainError, isTransient, toError } from './errors.ts';
import { assertServiceQueue, eventQueue } from './event-topology.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import type { Logger } from './logger.ts';
import { createCounter } from './metrics.ts';
import { continueTrace } from './telemetry.ts';

export type RetryPolicy = {
  /** Attempts at an event whose handler fails for a reason of its own before it becomes a dead letter. Default 8. */
  readonly attempts: number;
  /** Doubled each time, with jitter. Default 100 ms. */
  readonly initialDelayMs: number;
  /** Default 15 s. */
  readonly maxDelayMs: number;
};

export type ConsumeOptions = {
  readonly types: readonly string[];
  /** Events held at once, and so the most that run at once. Default 32. */
  readonly prefetch?: number;
  /**
   * Called at least once an event, in order for one subject, at once for different subjects. A failure of a store or
   * the network (`isTransient`) is retried until it is over; a ZodError or a DomainError `invalid` makes a dead letter
   * at once; any other failure after `retry.attempts`.
   */
  readonly handle: (event: CloudEvent) => Promise<void>;
  readonly retry?: Partial<RetryPolicy>;
};

export interface Subscription {
  /** Takes no more, lets handlers in flight finish, gives the rest back to the broker. */
  close(): Promise<void>;
}

const DEFAULT_RETRY: RetryPolicy = { attempts: 8, initialDelayMs: 100, maxDelayMs: 15_000 };
const DEFAULT_PREFETCH = 32;

const consumed = createCounter({
  name: 'events_consumed_total',
  help: 'Events taken from the broker, by what became of them.',
  labelNames: ['type', 'outcome'],
});

/** Half fixed, half random, so that consumers that failed together do not return together. */
export const retryDelay = (policy: RetryPolicy, attempt: number, random = Math.random): number => {
  const ceiling = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** (attempt - 1));
  return ceiling / 2 + (ceiling / 2) * random();
};

const isPermanent = (error: unknown): boolean =>
  error instanceof ZodError || (error instanceof DomainError && error.kind === 'invalid');

const envelope = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(cloudEvent);

export type EventConsumer = Subscription & {
  /** Starts taking events on a fresh channel; called anew for every connection. */
  attach(channel: Channel): Promise<void>;
  /** True from the beginning of `close`. */
  closing(): boolean;
};

type Attachment = { readonly channel: Channel; readonly gone: AbortSignal };

export const createEventConsumer = (
  service: string,
  { types, handle, prefetch = DEFAULT_PREFETCH, retry }: ConsumeOptions,
  logger: Logger,
): EventConsumer => {
  const policy = { ...DEFAULT_RETRY, ...retry };
  const wanted = new Set(types);
  // Outlives channels: after a reconnect a redelivered event must wait for the run its first delivery began.
  const lanes = createKeyedQueue();
  const closing = new AbortController();
  let current: { channel: Channel; consumerTag: string } | undefined;

  /** A channel that went away took the delivery with it: the broker delivers again, there is nothing to settle. */
  const settle = ({ gone }: Attachment, type: string, outcome: string, action: () => void): void => {
    consumed.inc({ type, outcome });
    if (!gone.aborted) action();
  };

  /** `left`: not done, and the broker is to deliver it again, here or elsewhere. */
  const tryUntilSettled = async (
    event: CloudEvent,
    attachment: Attachment,
  ): Promise<'done' | 'dead' | 'left'> => {
    const stop = AbortSignal.any([attachment.gone, closing.signal]);
    let failures = 0;
    for (let attempt = 1; !stop.aborted; attempt += 1) {
      try {
        await handle(event);
        return 'done';
      } catch (thrown) {
        const transient = isTransient(thrown);
        if (!transient) failures += 1;
        const dead = isPermanent(thrown) || failures >= policy.attempts;
        logger[dead ? 'error' : 'warn'](
          { err: toError(thrown), eventId: event.id, eventType: event.type, attempt, transient },
          dead ? 'event goes to the dead letters' : 'event handler failed, will retry',
        );
        if (dead) return 'dead';
        // An abort only ends the wait; the loop's condition then leaves the event.
        await sleep(retryDelay(policy, attempt), undefined, { signal: stop }).catch(() => undefined);
      }
    }
    return 'left';
  };

  const process = async (
    event: CloudEvent,
    message: ConsumeMessage,
    attachment: Attachment,
  ): Promise<void> => {
    const { channel } = attachment;
    const outcome = await continueTrace(event.traceparent, () => tryUntilSettled(event, attachment));
    if (outcome === 'done') settle(attachment, event.type, 'done', () => channel.ack(message));
    if (outcome === 'dead') settle(attachment, event.type, 'dead', () => channel.reject(message, false));
    if (outcome === 'left') settle(attachment, event.type, 'left', () => channel.nack(message, false, true));
  };

  const receive = (message: ConsumeMessage, attachment: Attachment): void => {
    const { channel } = attachment;
    const parsed = envelope.safeParse(message.content.toString('utf8'));
    if (!parsed.success) {
      logger.error(
        { messageId: message.properties.messageId, problem: z.prettifyError(parsed.error) },
        'not a CloudEvent: goes to the dead letters',
      );
      settle(attachment, 'malformed', 'dead', () => channel.reject(message, false));
      return;
    }
    const event = parsed.data;
    // A binding of an earlier version may outlive the interest in its type.
    if (!wanted.has(event.type)) settle(attachment, event.type, 'ignored', () => channel.ack(message));
    else lanes.run(event.subject, () => process(event, message, attachment));
  };

  return {
    async attach(channel) {
      const gone = new AbortController();
      channel.once('close', () => {
        gone.abort();
        current = undefined;
      });
      await assertServiceQueue(channel, service, types);
      await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(eventQueue(service), (message) => {
        // Null: the broker cancelled the consumer (its queue was deleted). Closing makes the bus build all anew.
        if (message === null) void channel.close().catch(() => undefined);
        else receive(message, { channel, gone: gone.signal });
      });
      current = { channel, consumerTag };
    },
    closing: () => closing.signal.aborted,
    async close() {
      closing.abort();
      const attached = current;
      if (attached !== undefined) await attached.channel.cancel(attached.consumerTag).catch(() => undefined);
      await lanes.idle();
      // A connection's close overtakes what its channels still have to send: without this the last acks are lost.
      if (attached !== undefined) await attached.channel.close().catch(() => undefined);
    },
  };
};
