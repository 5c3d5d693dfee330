import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';
import type { InfluxOptions } from './infrastructure/influx-connection.ts';

const storeConfig = {
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  INFLUX_URL: z.url({ protocol: /^https?$/ }),
  INFLUX_ORG: z.string().min(1).default('chatplatform'),
  INFLUX_BUCKET: z.string().min(1).default('metrics'),
};

/** A token where somebody else runs the server; a user of ours, whose password can be changed, where we do. */
const influxLogin = z
  .object({
    INFLUX_TOKEN: z.string().min(1).optional(),
    INFLUX_USERNAME: z.string().min(1).default('admin'),
    INFLUX_PASSWORD: z.string().min(8, 'InfluxDB wants 8 characters or more').max(72).optional(),
  })
  .superRefine(({ INFLUX_TOKEN, INFLUX_PASSWORD }, context) => {
    if (INFLUX_TOKEN !== undefined || INFLUX_PASSWORD !== undefined) return;
    const message = 'is missing, and so is INFLUX_PASSWORD: give one of them';
    context.addIssue({ code: 'custom', path: ['INFLUX_TOKEN'], message });
  });

const serviceSchema = z.object({ ...commonConfig, ...storeConfig }).and(influxLogin);
const migrationSchema = z
  .object({
    ...storeConfig,
    /** How long the bucket keeps what is written; 0: for ever. Absent: as it is. */
    INFLUX_RETENTION_SECONDS: z.coerce.number().int().min(0).optional(),
  })
  .and(influxLogin);

export type AnalyticsConfig = z.infer<typeof serviceSchema>;
export type MigrationConfig = z.infer<typeof migrationSchema>;

/** @throws ConfigError that names every wrong key */
export const loadAnalyticsConfig = (): AnalyticsConfig => loadConfig(serviceSchema);
/** @throws ConfigError that names every wrong key */
export const loadMigrationConfig = (): MigrationConfig => loadConfig(migrationSchema);

export function influxOptions(
  config: z.infer<typeof influxLogin> & Pick<AnalyticsConfig, 'INFLUX_URL' | 'INFLUX_ORG' | 'INFLUX_BUCKET'>,
): InfluxOptions {
  return {
    url: config.INFLUX_URL,
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
    login:
      config.INFLUX_TOKEN === undefined
        ? { username: config.INFLUX_USERNAME, password: config.INFLUX_PASSWORD ?? '' }
        : { token: config.INFLUX_TOKEN },
  };
}
