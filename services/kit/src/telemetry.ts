import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { toError } from './errors.ts';

const tracer = trace.getTracer('@chatplatform/kit');

/** Runs `fn` inside a span of its own; a throw is recorded on the span and thrown on. */
export const withSpan = <T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T> | T,
): Promise<T> =>
  tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await fn(span);
    } catch (thrown) {
      const error = toError(thrown);
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw thrown;
    } finally {
      span.end();
    }
  });

/** The W3C `traceparent` of the active span; undefined when nothing is traced. */
export const currentTraceparent = (): string | undefined => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'];
};

const contextOf = (traceparent: string): Context => propagation.extract(ROOT_CONTEXT, { traceparent });

/** Runs `fn` as a child of a stored or received trace; without one, in the trace that is already active. */
export const runWithTraceparent = <T>(traceparent: string | undefined, fn: () => T): T =>
  traceparent === undefined ? fn() : context.with(contextOf(traceparent), fn);

/** Continues a stored trace only where instrumentation has not already done so from the message's own headers. */
export const continueTrace = <T>(traceparent: string | undefined, fn: () => T): T =>
  trace.getActiveSpan() === undefined ? runWithTraceparent(traceparent, fn) : fn();

/** Runs `fn` outside any trace: work that a request sets off but that serves many. */
export const runUntraced = <T>(fn: () => T): T => context.with(ROOT_CONTEXT, fn);

/** Ids for log lines. */
export const activeTraceIds = (): { traceId?: string; spanId?: string } => {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
};
