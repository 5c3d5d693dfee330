import type { IncomingMessage, RequestOptions } from 'node:http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';

const MANAGEMENT_PATHS = new Set(['/livez', '/readyz', '/metrics']);

const isManagement = (request: IncomingMessage): boolean =>
  MANAGEMENT_PATHS.has((request.url ?? '').split('?', 1)[0] ?? '');

/** What another service asks by the clock and not for anybody's sake. */
const isPoll = ({ url = '', headers }: IncomingMessage): boolean =>
  url.startsWith('/internal/') && headers['traceparent'] === undefined;

/** The exporter's own requests, and those of a store's client library outside any trace, are noise. */
const isExport = (endpoint: string) => {
  const { hostname, port } = new URL(endpoint);
  return (options: RequestOptions): boolean =>
    (options.hostname ?? options.host) === hostname && String(options.port ?? '') === port;
};

/**
 * What the instrumentations below hook, by the names under which it is imported. Only these modules are loaded through
 * wrappers: to wrap every module of a service costs a second of CPU and 30 MB a process.
 */
export const INSTRUMENTED: readonly string[] = ['http', 'https', 'express', 'mongodb', 'pg', 'amqplib'];

/** A collector that is away must not use up the time a process has to stop. */
const EXPORT_TIMEOUT_MS = 3_000;

/** Starts tracing; the result sends what is left and ends it. */
export const startTelemetry = ({
  endpoint,
  serviceName,
  samplingRatio,
}: {
  /** Base address of an OTLP/HTTP collector, such as `http://collector:4318`. */
  endpoint: string;
  serviceName: string;
  /** Share of new traces kept, 0 to 1; a trace begun elsewhere is kept or not as it was decided there. */
  samplingRatio: number;
}): (() => Promise<void>) => {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplingRatio) }),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({
          url: new URL('/v1/traces', endpoint).href,
          timeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ),
    ],
  });
  provider.register();
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => isManagement(request) || isPoll(request),
        ignoreOutgoingRequestHook: isExport(endpoint),
      }),
      new ExpressInstrumentation({ ignoreLayersType: [ExpressLayerType.MIDDLEWARE] }),
      // A request or query with no trace around it is a poll, a sweep or a readiness check.
      new UndiciInstrumentation({ requireParentforSpans: true }),
      new MongoDBInstrumentation({ requireParentSpan: true }),
      new PgInstrumentation({ requireParentSpan: true }),
      new AmqplibInstrumentation(),
    ],
  });
  return () => provider.shutdown();
};
