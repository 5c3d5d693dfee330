import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { propagation } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Registry } from 'prom-client';
import { startFakeServer } from '../../test/fake-server.ts';
import type { CacheSet } from './cache/types.ts';
import { ObjectStore } from './cache/object-store.ts';
import { systemClock } from './clock.ts';
import { KeyedController } from './controller/keyed-controller.ts';
import { createLogger } from './logger.ts';
import { RuntimeMetrics } from './metrics.ts';
import type { KubeObject, ResourceRef } from './object.ts';
import { HttpTransport } from './transport/http-transport.ts';

const THINGS: ResourceRef = {
  apiVersion: 'example.dev/v1',
  kind: 'Thing',
  plural: 'things',
  namespaced: true,
};

const thing: KubeObject = {
  apiVersion: 'example.dev/v1',
  kind: 'Thing',
  metadata: { namespace: 'ns', name: 'a', resourceVersion: '2' },
};

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
afterAll(() => provider.shutdown());
beforeEach(() => exporter.reset());

const spanOf = (name: string) => {
  const span = exporter.getFinishedSpans().find((finished) => finished.name === name);
  if (!span) throw new Error(`no span ${name}`);
  return span;
};

describe('one reconcile', () => {
  test('is a span with one a step, its log lines bear key and trace id, and so do its requests', async () => {
    const server = await startFakeServer();
    const transport = new HttpTransport({ access: server.access, clock: systemClock, random: Math.random });
    const lines: string[] = [];
    const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
    const store = new ObjectStore({ resource: THINGS, onHandlerError: () => undefined });
    store.replaceAll([thing], '2');
    const stopping = new AbortController();
    const controller = new KeyedController(
      {
        name: 'things',
        resource: THINGS,
        resyncMs: 0,
        reconcile: async (_key, context) => {
          await context.step('gather', async () => {
            context.logger.info('looking');
            const path = '/api/v1/pods';
            await transport.send({ method: 'GET', path, verb: 'list', resource: 'pods', idempotent: true });
          });
          await context.step('act', () => Promise.reject(new Error('refused')));
          return {};
        },
      },
      {
        caches: { of: () => store } as unknown as CacheSet,
        clock: systemClock,
        random: Math.random,
        logger,
        metrics: new RuntimeMetrics(new Registry()),
      },
    );
    const running = controller.run(stopping.signal);
    while (!lines.some((line) => line.includes('reconcile failed')))
      await new Promise((resolve) => setTimeout(resolve, 1));
    stopping.abort();
    await running;
    transport.close();
    await server.close();

    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['gather', 'act', 'reconcile']);
    const [gather, act, reconcile] = [spanOf('gather'), spanOf('act'), spanOf('reconcile')];
    const { traceId, spanId } = reconcile.spanContext();
    expect(reconcile.attributes).toMatchObject({ 'operator.controller': 'things', 'operator.key': 'ns/a' });
    expect(gather.parentSpanContext).toMatchObject({ spanId });
    expect(act.parentSpanContext).toMatchObject({ spanId });
    expect([act.status.message, reconcile.status.message]).toEqual(['refused', 'refused']);

    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const msg of ['looking', 'reconcile failed'])
      expect(told).toContainEqual(expect.objectContaining({ msg, key: 'ns/a', traceId, service: 'test' }));
    const sent = server.requests[0]?.headers['traceparent'];
    expect(sent).toBe(`00-${traceId}-${gather.spanContext().spanId}-01`);
    expect(propagation.fields()).toContain('traceparent');
  });
});
