import { context, propagation, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { errorOf } from './errors.ts';

const tracer = trace.getTracer('operator-runtime');

/** Runs `run` inside a span; a rejection marks the span and passes through. Free of cost while no SDK is registered. */
export const withSpan = <T>(name: string, attributes: Attributes, run: () => Promise<T>): Promise<T> =>
  tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await run();
    } catch (error) {
      const { message } = errorOf(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      span.recordException(errorOf(error));
      throw error;
    } finally {
      span.end();
    }
  });

/** Undefined outside a span. */
export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

/** W3C trace context of the active span, as request headers. */
export const traceHeaders = (): Record<string, string> => {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
};
