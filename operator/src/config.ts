import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const configSchema = z.object({
  /** The one namespace to look after; empty = all. */
  WATCH_NAMESPACE: z.string().default(''),
  LEADER_ELECT: flag.default(true),
  /** Where the lease lives: the operator's own namespace. */
  POD_NAMESPACE: z.string().optional(),
  POD_NAME: z.string().optional(),
  /** Port of /livez, /readyz and /metrics. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).default(9090),
  /** JSON file that replaces image references, by key. */
  IMAGES_FILE: z.string().optional(),
  /** Platforms reconciled at once. */
  CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Base URL of an OTLP/HTTP receiver; absent = no tracing. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Share of reconciles that are traced, 0..1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export type OperatorConfig = z.infer<typeof configSchema>;

/** What the environment says is wrong: names every variable. */
export class ConfigError extends Error {
  constructor(error: z.ZodError) {
    super(`wrong configuration:\n${z.prettifyError(error)}`);
    this.name = 'ConfigError';
  }
}

/** Reads the operator's settings. Empty variables count as unset. @throws ConfigError */
export const loadConfig = (env: NodeJS.ProcessEnv): OperatorConfig => {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = configSchema.safeParse(set);
  if (!result.success) throw new ConfigError(result.error);
  return result.data;
};
