import { commonConfig, loadConfig } from '@chatplatform/kit/config';
import { z } from 'zod';

const storeConfig = {
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  INFLUX_URL: z.url({ protocol: /^https?$/ }),
  INFLUX_TOKEN: z.string().min(1),
  INFLUX_ORG: z.string().min(1).default('chatplatform'),
  INFLUX_BUCKET: z.string().min(1).default('metrics'),
};

const serviceSchema = z.object({ ...commonConfig, ...storeConfig });
const migrationSchema = z.object({
  ...storeConfig,
  /** How long the bucket keeps what is written; 0: for ever. Absent: as it is. */
  INFLUX_RETENTION_SECONDS: z.coerce.number().int().min(0).optional(),
  INFLUX_SETUP_USERNAME: z.string().min(1).default('admin'),
  INFLUX_SETUP_PASSWORD: z.string().min(8, 'InfluxDB wants 8 characters or more').max(72).optional(),
});

export type AnalyticsConfig = z.infer<typeof serviceSchema>;
export type MigrationConfig = z.infer<typeof migrationSchema>;

/** @throws ConfigError that names every wrong key */
export const loadAnalyticsConfig = (): AnalyticsConfig => loadConfig(serviceSchema);
/** @throws ConfigError that names every wrong key */
export const loadMigrationConfig = (): MigrationConfig => loadConfig(migrationSchema);

export function influxOptions(
  config: Pick<AnalyticsConfig, 'INFLUX_URL' | 'INFLUX_TOKEN' | 'INFLUX_ORG' | 'INFLUX_BUCKET'>,
) {
  return {
    url: config.INFLUX_URL,
    token: config.INFLUX_TOKEN,
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
  };
}
