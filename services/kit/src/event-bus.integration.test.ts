import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { DEAD_LETTER_EXCHANGE, EVENT_EXCHANGE } from '@chatplatform/contracts/events/envelope';
import { connect } from 'amqplib';
import { invalid, unavailable } from './errors.ts';
import { DELIVERY_LIMIT, deadLetterQueue, eventQueue } from './event-topology.ts';
import { connectEventBus, newEvent } from './events.ts';
import type { CloudEvent, EventBus, EventBusOptions } from './events.ts';
import { createLogger } from './logger.ts';
import { eventually } from './testing/eventually.ts';
import { describeWith } from './testing/require-store.ts';
import { startTcpProxy } from './testing/tcp-proxy.ts';
import type { TcpProxy } from './testing/tcp-proxy.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const quick = { attempts: 3, initialDelayMs: 5, maxDelayMs: 10 };

describeWith('AMQP_URL', 'event bus on RabbitMQ', (url) => {
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
    const bus = await connectEventBus({ url, logger, subscriptions: {}, ...options });
    cleanups.push(() => bus.close());
    return bus;
  };
  const event = (type: string, subject: string, data: unknown = {}): CloudEvent =>
    newEvent({ type, source: '/services/test', subject, data, now: new Date() });
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

  test('delivers what was published, as it was published', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    const seen: CloudEvent[] = [];
    await bus.consume({ types: [type], handle: async (e) => void seen.push(e) });
    const sent = event(type, 'a', { n: 1 });
    await bus.publish(sent);
    await eventually(
      () => seen.length,
      (n) => n === 1,
    );
    expect(seen[0]).toEqual(sent);
  });

  test('keeps an event for a consumer that has never run', async () => {
    const { service, type } = fixture();
    const publisher = await start({ service: `${service}-p`, subscriptions: { [service]: [type] } });
    await publisher.publish(event(type, 'a'));
    const consumer = await start({ service });
    const seen: CloudEvent[] = [];
    await consumer.consume({ types: [type], handle: async (e) => void seen.push(e) });
    await eventually(
      () => seen.length,
      (n) => n === 1,
    );
  });

  test('keeps the order of a subject while subjects run at once', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    const seen: Record<string, number[]> = { a: [], b: [] };
    let running = 0;
    let most = 0;
    await bus.consume({
      types: [type],
      handle: async ({ subject, data }) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(Math.random() * 10);
        seen[subject]?.push((data as { n: number }).n);
        running -= 1;
      },
    });
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    await Promise.all(
      numbers.flatMap((n) => ['a', 'b'].map((subject) => bus.publish(event(type, subject, { n })))),
    );
    await eventually(
      () => (seen['a']?.length ?? 0) + (seen['b']?.length ?? 0),
      (n) => n === 80,
    );
    expect(seen).toEqual({ a: numbers, b: numbers });
    expect(most).toBe(2);
  });

  test('makes a dead letter of an event whose handler always fails, and goes on with the next', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    const attempts: string[] = [];
    await bus.consume({
      types: [type],
      retry: quick,
      handle: async ({ data }) => {
        const { name } = data as { name: string };
        attempts.push(name);
        if (name === 'poison') throw new Error('cannot');
      },
    });
    const poison = event(type, 'a', { name: 'poison' });
    await bus.publish(poison);
    await bus.publish(event(type, 'a', { name: 'good' }));
    await eventually(
      () => attempts,
      (list) => list.includes('good'),
    );
    expect(attempts).toEqual(['poison', 'poison', 'poison', 'good']);
    const { body } = await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === 1,
    );
    expect(JSON.parse(body ?? '')).toEqual(poison);
  });

  test('makes a dead letter at once of what is not a CloudEvent and of what the handler calls invalid', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    let calls = 0;
    await bus.consume({
      types: [type],
      handle: async () => {
        calls += 1;
        throw invalid('thing.invalid', 'no such thing');
      },
    });
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    channel.publish(EVENT_EXCHANGE, type, Buffer.from('{"half'));
    channel.publish(EVENT_EXCHANGE, type, Buffer.from('{"specversion":"1.0"}'));
    await channel.waitForConfirms();
    await connection.close();
    await bus.publish(event(type, 'a'));
    await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === 3,
    );
    expect(calls).toBe(1);
  });

  test('retries for as long as a store is away, without spending the attempts of the event', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    let calls = 0;
    await bus.consume({
      types: [type],
      retry: quick,
      handle: async () => {
        calls += 1;
        if (calls <= 10) throw unavailable('store.away', 'away');
      },
    });
    await bus.publish(event(type, 'a'));
    await eventually(
      () => calls,
      (n) => n === 11,
    );
    expect((await deadLetters(service)).messageCount).toBe(0);
  });

  test('an event that kills its consumer every time becomes a dead letter at the delivery limit', async () => {
    const { service, type } = fixture();
    const publisher = await start({ service: `${service}-p`, subscriptions: { [service]: [type] } });
    await publisher.publish(event(type, 'a'));
    let deliveries = 0;
    const connection = await connect(url);
    cleanups.push(() => connection.close());
    // Takes the message and goes without an answer, as a process that dies does.
    const takeAndDie = async (): Promise<boolean> => {
      const channel = await connection.createChannel();
      const message = await channel.get(eventQueue(service), { noAck: false });
      if (message !== false) deliveries += 1;
      await channel.close();
      return message === false;
    };
    while (deliveries <= DELIVERY_LIMIT + 5 && !(await takeAndDie()));
    expect(deliveries).toBe(DELIVERY_LIMIT + 1);
    await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === 1,
    );
  });

  test('refuses to publish at once while the broker is away, and resumes both ways when it is back', async () => {
    const { service, type } = fixture();
    const { proxy, proxiedUrl } = await proxied();
    const bus = await start({ url: proxiedUrl, service });
    const seen: string[] = [];
    await bus.consume({ types: [type], handle: async ({ subject }) => void seen.push(subject) });
    proxy.cut();
    await eventually(
      () => bus.healthy(),
      (healthy) => !healthy,
    );
    await expect(bus.publish(event(type, 'lost'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'broker.unavailable',
    });
    proxy.restore();
    await eventually(
      () => bus.healthy(),
      (healthy) => healthy,
    );
    await bus.publish(event(type, 'after'));
    await eventually(
      () => seen,
      (list) => list.includes('after'),
    );
    expect(seen).toEqual(['after']);
  });

  test('an event in the handler when the connection breaks is delivered again, after the first run', async () => {
    const { service, type } = fixture();
    const { proxy, proxiedUrl } = await proxied();
    const bus = await start({ url: proxiedUrl, service });
    const log: string[] = [];
    await bus.consume({
      types: [type],
      handle: async () => {
        log.push('begin');
        if (log.length === 1) {
          proxy.cut();
          await sleep(50);
          proxy.restore();
          await sleep(1_000);
        }
        log.push('end');
      },
    });
    await (await start({ service: `${service}-p` })).publish(event(type, 'a'));
    await eventually(
      () => log.length,
      (n) => n === 4,
    );
    expect(log).toEqual(['begin', 'end', 'begin', 'end']);
  });

  test('gives up a publish whose confirm does not come', async () => {
    const { service, type } = fixture();
    const { proxy, proxiedUrl } = await proxied();
    const bus = await start({ url: proxiedUrl, service, publishTimeoutMs: 200 });
    await bus.consume({ types: [type], handle: async () => undefined });
    proxy.muteServer();
    const startedAt = Date.now();
    await expect(bus.publish(event(type, 'a'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    proxy.cut();
  });

  test('resumes when its queue was deleted under it', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    const seen: string[] = [];
    await bus.consume({ types: [type], handle: async ({ subject }) => void seen.push(subject) });
    const connection = await connect(url);
    const channel = await connection.createChannel();
    await channel.deleteQueue(eventQueue(service));
    await connection.close();
    await eventually(
      () => bus.healthy(),
      (healthy) => !healthy,
    );
    await eventually(
      () => bus.healthy(),
      (healthy) => healthy,
    );
    await bus.publish(event(type, 'after'));
    await eventually(
      () => seen,
      (list) => list.includes('after'),
    );
  });

  test('a close lets the handler in flight finish and gives the rest back', async () => {
    const { service, type } = fixture();
    const bus = await connectEventBus({ url, service, logger, subscriptions: {} });
    const log: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await bus.consume({
      types: [type],
      handle: async ({ data }) => {
        const { n } = data as { n: number };
        log.push(`begin ${n}`);
        await held;
        log.push(`end ${n}`);
      },
    });
    for (const n of [1, 2, 3]) await bus.publish(event(type, 'a', { n }));
    await eventually(
      () => log.length,
      (n) => n === 1,
    );
    const closed = bus.close();
    await sleep(100);
    expect(log).toEqual(['begin 1']);
    release();
    await closed;
    expect(log).toEqual(['begin 1', 'end 1']);

    const next = await start({ service });
    const left: number[] = [];
    await next.consume({
      types: [type],
      handle: async ({ data }) => void left.push((data as { n: number }).n),
    });
    await eventually(
      () => left.length,
      (n) => n >= 2,
    );
    expect(left).toEqual([2, 3]);
  });

  test('dead letters go through the exchange of the contract', async () => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    await channel.checkExchange(DEAD_LETTER_EXCHANGE);
    await connection.close();
  });
});
