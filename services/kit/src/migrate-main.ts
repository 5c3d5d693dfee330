import { commonConfig, loadConfig } from './config.ts';
import { toError } from './errors.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { stopTelemetry } from './telemetry-lifecycle.ts';
import { z } from 'zod';

/** The life of a migration process: exit code 0 when the schema stands, 1 and one log line with the reason when not. */
export const runMigration = async (
  name: string,
  migrate: (context: { logger: Logger }) => Promise<void>,
): Promise<void> => {
  const logger = createLogger({ service: name });
  try {
    const { LOG_LEVEL } = loadConfig(z.object({ LOG_LEVEL: commonConfig.LOG_LEVEL }));
    logger.level = LOG_LEVEL;
    await migrate({ logger });
    logger.info('migrated');
  } catch (thrown) {
    const error = toError(thrown);
    logger.fatal({ err: error }, `cannot migrate: ${error.message}`);
    process.exitCode = 1;
  }
  await stopTelemetry();
  process.exit();
};
