import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { activeTraceIds } from './telemetry.ts';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * One JSON object a line on standard output: level, time (ISO 8601), service, traceId, spanId, msg.
 * Errors go under `err`.
 */
export const createLogger = (
  { service, level = 'info' }: { service: string; level?: LogLevel },
  destination?: DestinationStream,
): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => activeTraceIds(),
    redact: { paths: ['*.password', '*.authorization', '*.token', '*.refreshToken'], censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
};
