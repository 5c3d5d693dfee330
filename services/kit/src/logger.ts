import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { activeTraceIds } from './telemetry.ts';

export type Logger = PinoLogger;
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** A write of so many bytes carries dozens of lines. */
const WRITE_BYTES = 8 * 1024;
/** No line waits longer. */
const FLUSH_MS = 100;

/**
 * Standard output, many lines at a time: with one write a line, the request log was up to a third of what a busy service did.
 * What is a warning or worse goes out at once, with all before it, and so does everything when the process exits. A process that
 * is killed loses the rest of its last tenth of a second.
 */
const openStandardOutput = (): DestinationStream & { flushSync(): void } => {
  const output = pino.destination({ dest: 1, sync: true, minLength: WRITE_BYTES, periodicFlush: FLUSH_MS });
  process.on('exit', () => output.flushSync());
  return output;
};

/** Of pino's levels. */
const WARN = 40;

/** A stream whom pino tells of which level each line is. */
type LevelledStream = DestinationStream & {
  readonly [pino.symbols.needsMetadataGsym]: true;
  lastLevel: number;
};

/** Opened by the first line, and one for all loggers of the process: lines keep their order. */
let standardOutput: ReturnType<typeof openStandardOutput> | undefined;

const toStandardOutput: LevelledStream = {
  [pino.symbols.needsMetadataGsym]: true,
  lastLevel: 0,
  write(line) {
    standardOutput ??= openStandardOutput();
    standardOutput.write(line);
    if (this.lastLevel >= WARN) standardOutput.flushSync();
  },
};

/**
 * One JSON object a line on standard output: level, time (ISO 8601), service, traceId, spanId, msg.
 * Errors go under `err`.
 */
export const createLogger = (
  { service, level = 'info' }: { service: string; level?: LogLevel },
  destination: DestinationStream = toStandardOutput,
): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => activeTraceIds(),
    redact: { paths: ['*.password', '*.authorization', '*.token', '*.refreshToken'], censor: '[redacted]' },
  };
  return pino(options, destination);
};
