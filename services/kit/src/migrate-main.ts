import { commonConfig, loadConfig } from './config.ts';
import { toError } from './errors.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { stopTelemetry } from './telemetry-lifecycle.ts';
import type { MigrationPhase } from './sql-migration.ts';
import { z } from 'zod';

const configSchema = z.object({
  LOG_LEVEL: commonConfig.LOG_LEVEL,
  /** `expand` while an older version still runs. */
  MIGRATION_PHASE: z.enum(['expand', 'all']).default('all'),
});

/** The life of a migration process: exit code 0 when the schema stands, 1 and one log line with the reason when not. */
export const runMigration = async (
  name: string,
  migrate: (context: { logger: Logger; phase: MigrationPhase }) => Promise<void>,
): Promise<void> => {
  const logger = createLogger({ service: name });
  try {
    const { LOG_LEVEL, MIGRATION_PHASE: phase } = loadConfig(configSchema);
    logger.level = LOG_LEVEL;
    await migrate({ logger, phase });
    logger.info({ phase }, 'migrated');
  } catch (thrown) {
    const error = toError(thrown);
    logger.fatal({ err: error }, `cannot migrate: ${error.message}`);
    process.exitCode = 1;
  }
  await stopTelemetry();
  process.exit();
};
