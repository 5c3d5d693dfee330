import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { deadLetterQueue, eventQueue } from './event-topology.ts';
import { connectEventBus } from './events.ts';
import { createLogger } from './logger.ts';
import { createOutboxRelay } from './outbox.ts';
import {
  inboxMigration,
  inTransaction,
  markInInbox,
  migrate,
  outboxMigration,
  postgresOutbox,
} from './postgres.ts';
import { startFixture } from './testing/child.ts';
import { eventually } from './testing/eventually.ts';
import { openSchema } from './testing/postgres-schema.ts';
import { describeWith } from './testing/require-store.ts';
import { startTcpProxy } from './testing/tcp-proxy.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

/** Databases and broker for one test, and how to be rid of them. */
const setUp = async (amqpUrl: string, postgresUrl: string) => {
  const run = `t${randomUUID().slice(0, 8).replace(/[0-9]/g, 'x')}`;
  const schema = await openSchema(postgresUrl);
  const { pool } = schema;
  await migrate(pool, [outboxMigration, inboxMigration]);
  await pool.query('CREATE TABLE effects (event_id uuid NOT NULL)');
  const type = `${run}.thing.v1`;
  const reader = `${run}-reader`;
  const target = new URL(amqpUrl);
  const proxy = await startTcpProxy(target.hostname, Number(target.port || 5672));
  target.hostname = '127.0.0.1';
  target.port = String(proxy.port);
  const count = async (table: 'effects' | 'outbox'): Promise<number> =>
    Number((await pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);
  return {
    pool,
    proxy,
    reader,
    type,
    count,
    env: {
      RUN: run,
      EVENT_TYPE: type,
      AMQP_URL: target.href,
      POSTGRES_URL: schema.url,
      MONGODB_URL: 'unused',
    },
    /** What the next process of the service does at its start. */
    relaySweeps: async () => {
      const bus = await connectEventBus({
        url: amqpUrl,
        service: `${run}-writer-2`,
        logger,
        subscriptions: {},
      });
      const relay = createOutboxRelay({ store: postgresOutbox(pool), bus, logger });
      relay.start();
      await eventually(
        () => count('outbox'),
        (n) => n === 0,
      );
      await relay.stop();
      await bus.close();
    },
    /** Consumes until nothing is left; tells how often each event was delivered. */
    consume: async (atLeast: number) => {
      const bus = await connectEventBus({ url: amqpUrl, service: reader, logger, subscriptions: {} });
      let deliveries = 0;
      await bus.consume({
        types: [type],
        handle: async ({ id }) => {
          deliveries += 1;
          await inTransaction(pool, async (client) => {
            if (await markInInbox(client, id)) await client.query('INSERT INTO effects VALUES ($1)', [id]);
          });
        },
      });
      await eventually(
        () => deliveries,
        (n) => n >= atLeast,
      );
      await bus.close();
      return deliveries;
    },
    dispose: async () => {
      await proxy.close();
      await schema.dispose();
      const connection = await connect(amqpUrl);
      const channel = await connection.createChannel();
      await channel.deleteQueue(eventQueue(reader));
      await channel.deleteQueue(deadLetterQueue(reader));
      await connection.close();
    },
  };
};

const suite = (amqpUrl: string, postgresUrl: string): void => {
  test('killed after the commit and before the publish: the next process publishes it', async () => {
    const world = await setUp(amqpUrl, postgresUrl);
    const writer = startFixture('crashing-writer.ts', { env: { ...world.env, DIE: 'before-publish' } });
    try {
      await eventually(
        () => writer.lines,
        (lines) => lines.includes('ready'),
      );
      writer.kill('SIGUSR2');
      expect(await writer.exited).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await world.count('outbox')).toBe(1);
      await world.relaySweeps();
      expect(await world.consume(1)).toBe(1);
      expect(await world.count('effects')).toBe(1);
    } finally {
      writer.kill('SIGKILL');
      await world.dispose();
    }
  });

  test('killed after the publish and before the confirm: delivered twice, its effect once', async () => {
    const world = await setUp(amqpUrl, postgresUrl);
    const writer = startFixture('crashing-writer.ts', { env: world.env });
    try {
      await eventually(
        () => writer.lines,
        (lines) => lines.includes('ready'),
      );
      // From here on the broker hears the writer and the writer does not hear the broker.
      world.proxy.muteServer();
      writer.kill('SIGUSR2');
      const connection = await connect(amqpUrl);
      const channel = await connection.createChannel();
      await eventually(
        async () => (await channel.checkQueue(eventQueue(world.reader))).messageCount,
        (n) => n === 1,
      );
      await connection.close();
      writer.kill('SIGKILL');
      await writer.exited;
      expect(await world.count('outbox')).toBe(1);
      await world.relaySweeps();
      expect(await world.consume(2)).toBe(2);
      expect(await world.count('effects')).toBe(1);
    } finally {
      writer.kill('SIGKILL');
      await world.dispose();
    }
  });

  test('the broker away: commits go on, and all is published in order when it is back', async () => {
    const world = await setUp(amqpUrl, postgresUrl);
    const writer = startFixture('crashing-writer.ts', { env: world.env });
    try {
      await eventually(
        () => writer.lines,
        (lines) => lines.includes('ready'),
      );
      world.proxy.cut();
      writer.kill('SIGUSR2');
      await eventually(
        () => world.count('outbox'),
        (n) => n === 1,
      );
      world.proxy.restore();
      await eventually(
        () => world.count('outbox'),
        (n) => n === 0,
      );
      expect(await world.consume(1)).toBe(1);
    } finally {
      writer.kill('SIGKILL');
      await world.dispose();
    }
  });
};

describe('outbox across processes', () => {
  describeWith('AMQP_URL', 'on RabbitMQ', (amqpUrl) => {
    describeWith('POSTGRES_URL', 'and PostgreSQL', (postgresUrl) => suite(amqpUrl, postgresUrl));
  });
});
