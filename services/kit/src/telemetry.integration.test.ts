import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { MongoClient } from 'mongodb';
import { deadLetterQueue, eventQueue } from './event-topology.ts';
import { startFixture } from './testing/child.ts';
import { eventually } from './testing/eventually.ts';
import { startOtlpCollector } from './testing/otlp-collector.ts';
import type { ReceivedSpan } from './testing/otlp-collector.ts';
import { describeWith } from './testing/require-store.ts';

/** From a span to the root of its trace, the span first. */
const ancestry = (spans: readonly ReceivedSpan[], from: ReceivedSpan): ReceivedSpan[] => {
  const parent = spans.find(({ spanId }) => spanId === from.parentSpanId);
  return parent === undefined ? [from] : [from, ...ancestry(spans, parent)];
};

const cleanUp = async (amqpUrl: string, mongoUrl: string, run: string): Promise<void> => {
  const connection = await connect(amqpUrl);
  const channel = await connection.createChannel();
  await channel.deleteQueue(eventQueue(`${run}-reader`));
  await channel.deleteQueue(deadLetterQueue(`${run}-reader`));
  await connection.close();
  const mongo = new MongoClient(mongoUrl);
  await mongo.db(run).dropDatabase();
  await mongo.close();
};

const suite = (amqpUrl: string, mongoUrl: string): void => {
  test('crosses HTTP, the outbox in MongoDB, RabbitMQ, the consumer and its SQL', async () => {
    const run = `t${randomUUID().slice(0, 8).replace(/[0-9]/g, 'x')}`;
    const collector = await startOtlpCollector();
    const env = { RUN: run, EVENT_TYPE: `${run}.thing.v1`, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const writer = startFixture('traced-writer.ts', {
      env: { ...env, OTEL_SERVICE_NAME: 'writer' },
      traced: true,
    });
    const reader = startFixture('traced-reader.ts', {
      env: { ...env, OTEL_SERVICE_NAME: 'reader' },
      traced: true,
    });
    try {
      const line = await eventually(
        () => writer.lines.find((one) => one.startsWith('port ')),
        (one) => one !== undefined,
      );
      const traceId = randomUUID().replaceAll('-', '');
      const answer = await fetch(`http://127.0.0.1:${line?.split(' ')[1]}/things/a`, {
        method: 'POST',
        headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      });
      expect(answer.status).toBe(201);
      await eventually(() => reader.lines.some((one) => one.startsWith('handled ')), Boolean);
      // A stop flushes the spans still held, and is itself part of what is tested.
      writer.kill('SIGTERM');
      reader.kill('SIGTERM');
      expect([await writer.exited, await reader.exited]).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ]);
      const ours = collector.spans.filter((span) => span.traceId === traceId);
      const sql = ours.find(
        ({ service, name }) => service === 'reader' && name.startsWith('pg.query:SELECT'),
      );
      expect(sql).toBeDefined();
      if (sql === undefined) return;
      expect(ancestry(ours, sql).map(({ service, name }) => `${service}: ${name}`)).toEqual([
        expect.stringMatching(/^reader: pg.query:SELECT/),
        'reader: effect',
        `reader: ${run}-reader.events process`,
        'writer: publish chatplatform.events',
        'writer: request handler',
        'writer: POST /things/:name',
      ]);
      const names = ours.map(({ name }) => name);
      expect(names).toContain('insert things');
      // What the relay does for many requests at once belongs to none of them.
      expect(names).not.toContain('update things');
      expect(names.filter((name) => name.startsWith('middleware'))).toEqual([]);
      const handled = reader.lines.find((one) => one.startsWith('handled ')) ?? '';
      expect(JSON.parse(handled.slice('handled '.length))).toMatchObject({ traceId });
    } finally {
      writer.kill('SIGKILL');
      reader.kill('SIGKILL');
      await collector.close();
      await cleanUp(amqpUrl, mongoUrl, run);
    }
  });
};

describe('one trace', () => {
  describeWith('AMQP_URL', 'over the broker', (amqpUrl) => {
    describeWith('MONGODB_URL', 'and the stores', (mongoUrl) => suite(amqpUrl, mongoUrl));
  });
});
