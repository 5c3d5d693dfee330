import { randomUUID } from 'node:crypto';
import { afterEach } from '@jest/globals';
import { connect } from 'amqplib';
import { deadLetterQueue, eventQueue } from '../event-topology.ts';
import { connectEventBus, newEvent } from '../events.ts';
import type { CloudEvent, EventBus, EventBusOptions } from '../events.ts';
import { createLogger } from '../logger.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export const testLogger = createLogger({ service: 'test', level: 'silent' });

/** For handlers that fail on purpose. */
export const quickRetry = { attempts: 3, initialDelayMs: 5, maxDelayMs: 10 };

export const sampleEvent = (type: string, subject: string, data: unknown = {}): CloudEvent =>
  newEvent({ type, source: '/services/test', subject, data, now: new Date() });

/** What a suite on a shared broker needs; everything it makes goes after each test. */
export const useBroker = (url: string) => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A service name and an event type that no other run uses: the broker is shared. */
  const fixture = () => {
    const run = `t${randomUUID().slice(0, 8).replace(/[0-9]/g, 'x')}`;
    const service = `${run}-service`;
    const type = `${run}.thing-happened.v1`;
    cleanups.push(async () => {
      const connection = await connect(url);
      const channel = await connection.createChannel();
      await channel.deleteQueue(eventQueue(service));
      await channel.deleteQueue(deadLetterQueue(service));
      await connection.close();
    });
    return { service, type };
  };
  const start = async (options: Partial<EventBusOptions> & { service: string }): Promise<EventBus> => {
    const bus = await connectEventBus({ url, logger: testLogger, subscriptions: {}, ...options });
    cleanups.push(() => bus.close());
    return bus;
  };
  const deadLetters = async (service: string) => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(deadLetterQueue(service));
    const message = messageCount > 0 ? await channel.get(deadLetterQueue(service), { noAck: false }) : false;
    await connection.close();
    return { messageCount, body: message === false ? undefined : message.content.toString() };
  };
  const proxied = async (): Promise<{ proxy: TcpProxy; proxiedUrl: string }> => {
    const target = new URL(url);
    const proxy = await startTcpProxy(target.hostname, Number(target.port || 5672));
    cleanups.push(() => proxy.close());
    target.hostname = '127.0.0.1';
    target.port = String(proxy.port);
    return { proxy, proxiedUrl: target.href };
  };
  const onCleanUp = (cleanup: () => Promise<unknown>): void => void cleanups.push(cleanup);
  return { fixture, start, deadLetters, proxied, onCleanUp };
};
