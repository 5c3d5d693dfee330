import { z } from 'zod';
import { commonConfig, loadConfig } from './config.ts';
import { takeOverSignals } from './early-stop.ts';
import { toError } from './errors.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { stopTelemetry } from './telemetry-lifecycle.ts';

export type StopHook = () => Promise<void> | void;

export type ServiceContext = {
  readonly name: string;
  readonly logger: Logger;
  /** Hooks run one after another, the last given first: what was built last depends on what was built before. */
  onStop(hook: StopHook): void;
};

const lifecycleConfig = z.object({
  LOG_LEVEL: commonConfig.LOG_LEVEL,
  SHUTDOWN_GRACE_SECONDS: commonConfig.SHUTDOWN_GRACE_SECONDS,
});

/** Runs every hook, whatever the others do, until the time is up. True when all ended well. */
export const stopInReverse = async (
  hooks: readonly StopHook[],
  { graceMs, logger }: { graceMs: number; logger: Logger },
): Promise<boolean> => {
  let clean = true;
  const all = async (): Promise<void> => {
    for (const hook of [...hooks].reverse()) {
      try {
        await hook();
      } catch (error) {
        clean = false;
        logger.error({ err: toError(error) }, 'a part did not stop cleanly');
      }
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), graceMs);
  });
  const outcome = await Promise.race([all(), deadline]);
  clearTimeout(timer);
  if (outcome === 'late') logger.error({ graceMs }, 'shutdown took too long: exiting with work unfinished');
  return clean && outcome !== 'late';
};

/** Logged and flushed before the process goes: pino writes to standard output synchronously by default. */
const exitOnBug = (logger: Logger): void => {
  process.on('unhandledRejection', (reason) => {
    logger.fatal(
      { err: toError(reason) },
      'unhandled rejection: a bug; exiting so that a clean process takes over',
    );
    process.exit(1);
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception: a bug; exiting so that a clean process takes over');
    process.exit(1);
  });
};

/**
 * The life of a service process: start, run until SIGTERM or SIGINT, stop within SHUTDOWN_GRACE_SECONDS, exit 0.
 * A failed start is one log line and exit code 1; what had already started is stopped first.
 */
export const runService = async (
  name: string,
  start: (context: ServiceContext) => Promise<void>,
): Promise<void> => {
  let logger = createLogger({ service: name });
  exitOnBug(logger);
  const hooks: StopHook[] = [() => stopTelemetry()];
  let graceMs = 20_000;
  let stopping = false;

  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    const clean = await stopInReverse(hooks, { graceMs, logger });
    logger.info({ clean }, 'stopped');
    process.exit(clean ? exitCode : 1);
  };
  takeOverSignals();
  process.once('SIGTERM', () => void stop('SIGTERM', 0));
  process.once('SIGINT', () => void stop('SIGINT', 0));

  try {
    const config = loadConfig(lifecycleConfig);
    logger = createLogger({ service: name, level: config.LOG_LEVEL });
    graceMs = config.SHUTDOWN_GRACE_SECONDS * 1000;
    await start({ name, logger, onStop: (hook) => hooks.push(hook) });
    logger.info('started');
  } catch (thrown) {
    const error = toError(thrown);
    logger.fatal({ reason: error.message, stack: error.stack }, `cannot start: ${error.message}`);
    await stop('failed start', 1);
  }
};
