import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { EVENT_EXCHANGE } from '@chatplatform/contracts/events/envelope';
import { connect } from 'amqplib';
import { invalid, unavailable } from './errors.ts';
import { DELIVERY_LIMIT, eventQueue } from './event-topology.ts';
import type { CloudEvent } from './events.ts';
import { eventually } from './testing/eventually.ts';
import { describeWith } from './testing/require-store.ts';
import { quickRetry, sampleEvent, useBroker } from './testing/use-broker.ts';

describeWith('AMQP_URL', 'event bus on RabbitMQ', (url) => {
  const { fixture, start, deadLetters, onCleanUp } = useBroker(url);

  test('delivers what was published, as it was published', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    const seen: CloudEvent[] = [];
    await bus.consume({ types: [type], handle: async (e) => void seen.push(e) });
    const sent = sampleEvent(type, 'a', { n: 1 });
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
    await publisher.publish(sampleEvent(type, 'a'));
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
      numbers.flatMap((n) => ['a', 'b'].map((subject) => bus.publish(sampleEvent(type, subject, { n })))),
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
      retry: quickRetry,
      handle: async ({ data }) => {
        const { name } = data as { name: string };
        attempts.push(name);
        if (name === 'poison') throw new Error('cannot');
      },
    });
    const poison = sampleEvent(type, 'a', { name: 'poison' });
    await bus.publish(poison);
    await bus.publish(sampleEvent(type, 'a', { name: 'good' }));
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
    await bus.publish(sampleEvent(type, 'a'));
    await eventually(
      () => deadLetters(service),
      ({ messageCount }) => messageCount === 3,
    );
    expect(calls).toBe(1);
  });

  test('every process that listens hears an event once, and the queue of the service has it too', async () => {
    const { service, type } = fixture();
    const publisher = await start({ service: `${service}-p`, subscriptions: { [service]: [type] } });
    const processes = [await start({ service }), await start({ service })];
    const heard: string[][] = [[], []];
    for (const [index, bus] of processes.entries()) {
      await bus.listen({ types: [type], handle: ({ subject }) => void heard[index]?.push(subject) });
      await bus.listen({
        types: [type],
        handle: () => {
          throw new Error('not my day');
        },
      });
    }
    for (const subject of ['a', 'b', 'c']) await publisher.publish(sampleEvent(type, subject));
    await eventually(
      () => heard,
      ([one = [], other = []]) => one.length >= 3 && other.length >= 3,
    );
    expect(heard).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    const seen: string[] = [];
    await processes[0]?.consume({ types: [type], handle: async ({ subject }) => void seen.push(subject) });
    await eventually(
      () => seen.length,
      (count) => count === 3,
    );
  });

  test('retries for as long as a store is away, without spending the attempts of the event', async () => {
    const { service, type } = fixture();
    const bus = await start({ service });
    let calls = 0;
    await bus.consume({
      types: [type],
      retry: quickRetry,
      handle: async () => {
        calls += 1;
        if (calls <= 10) throw unavailable('store.away', 'away');
      },
    });
    await bus.publish(sampleEvent(type, 'a'));
    await eventually(
      () => calls,
      (n) => n === 11,
    );
    expect((await deadLetters(service)).messageCount).toBe(0);
  });

  test('an event that kills its consumer every time becomes a dead letter at the delivery limit', async () => {
    const { service, type } = fixture();
    const publisher = await start({ service: `${service}-p`, subscriptions: { [service]: [type] } });
    await publisher.publish(sampleEvent(type, 'a'));
    let deliveries = 0;
    const connection = await connect(url);
    onCleanUp(() => connection.close());
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
});
