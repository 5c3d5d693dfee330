import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { currentTraceId } from './tracing.ts';

export interface LoggerOptions {
  /** @default 'info' */
  level?: string;
  /** In every line. */
  service: string;
  /** @default stdout */
  destination?: DestinationStream;
}

/** JSON lines with level names, ISO times, and the trace id while inside a span. */
export const createLogger = ({ level = 'info', service, destination }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
  };
  return destination ? pino(options, destination) : pino(options);
};

export type { Logger };
