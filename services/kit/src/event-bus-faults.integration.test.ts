import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { eventQueue } from './event-topology.ts';
import { connectEventBus } from './events.ts';
import { eventually } from './testing/eventually.ts';
import { describeWith } from './testing/require-store.ts';
import { sampleEvent, testLogger, useBroker } from './testing/use-broker.ts';

describeWith('AMQP_URL', 'event bus when things break', (url) => {
  const { fixture, start, proxied } = useBroker(url);

  test('refuses to publish at once while the broker is away, and resumes both ways when it is back', async () => {
    const { service, type } = fixture();
    const { proxy, proxiedUrl } = await proxied();
    const bus = await start({ url: proxiedUrl, service });
    const seen: string[] = [];
    await bus.consume({ types: [type], handle: async ({ subject }) => void seen.push(subject) });
    const heard: string[] = [];
    await bus.listen({ types: [type], handle: ({ subject }) => void heard.push(subject) });
    proxy.cut();
    await eventually(
      () => bus.healthy(),
      (healthy) => !healthy,
    );
    await expect(bus.publish(sampleEvent(type, 'lost'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'broker.unavailable',
    });
    proxy.restore();
    await eventually(
      () => bus.healthy(),
      (healthy) => healthy,
    );
    await bus.publish(sampleEvent(type, 'after'));
    await eventually(
      () => seen,
      (list) => list.includes('after'),
    );
    expect(seen).toEqual(['after']);
    await eventually(
      () => heard,
      (list) => list.includes('after'),
    );
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
    await (await start({ service: `${service}-p` })).publish(sampleEvent(type, 'a'));
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
    await expect(bus.publish(sampleEvent(type, 'a'))).rejects.toMatchObject({ kind: 'unavailable' });
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
    await bus.publish(sampleEvent(type, 'after'));
    await eventually(
      () => seen,
      (list) => list.includes('after'),
    );
  });

  test('a close lets the handler in flight finish and gives the rest back', async () => {
    const { service, type } = fixture();
    const bus = await connectEventBus({ url, service, logger: testLogger, subscriptions: {} });
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
    for (const n of [1, 2, 3]) await bus.publish(sampleEvent(type, 'a', { n }));
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
});
