import { z } from 'zod';
import { SECRET_PROPAGATION_SECONDS } from './environment.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const configFields = z.object({
  /** The one namespace to look after; empty = all. */
  WATCH_NAMESPACE: z.string().default(''),
  LEADER_ELECT: flag.default(true),
  /** Where the lease lives: the operator's own namespace. */
  POD_NAMESPACE: z.string().optional(),
  POD_NAME: z.string().optional(),
  /** Port of /livez, /readyz and /metrics. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).default(9090),
  /** Port of the validating webhook; absent = none. The other WEBHOOK_ variables belong to it. */
  WEBHOOK_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** The Service that the API server calls it by, which is also the name of the Secret with its certificate. */
  WEBHOOK_SERVICE: z.string().optional(),
  /** The ValidatingWebhookConfiguration that is told whom to trust. */
  WEBHOOK_CONFIGURATION: z.string().optional(),
  /** JSON file that replaces image references, by key. */
  IMAGES_FILE: z.string().optional(),
  /** Platforms reconciled at once. */
  CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** Within which a changed Secret is in the Pods that mount it: a rotation of logins waits for it. */
  SECRET_PROPAGATION_SECONDS: z.coerce.number().int().min(1).max(3600).default(SECRET_PROPAGATION_SECONDS),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Base URL of an OTLP/HTTP receiver; absent = no tracing. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Share of reconciles that are traced, 0..1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

const WEBHOOK_KEYS = ['WEBHOOK_SERVICE', 'WEBHOOK_CONFIGURATION', 'POD_NAMESPACE'] as const;

const configSchema = configFields.superRefine((config, context) => {
  if (config.WEBHOOK_PORT === undefined) return;
  for (const key of WEBHOOK_KEYS.filter((one) => config[one] === undefined)) {
    context.addIssue({ code: 'custom', path: [key], message: 'is missing: WEBHOOK_PORT needs it' });
  }
});

/** Where the webhook serves and what goes with it; undefined when it is switched off. */
export const webhookSettings = ({
  WEBHOOK_PORT: port,
  WEBHOOK_SERVICE: name,
  WEBHOOK_CONFIGURATION: configuration,
  POD_NAMESPACE: namespace,
}: OperatorConfig) => {
  if (port === undefined || name === undefined || configuration === undefined || namespace === undefined)
    return undefined;
  const names = [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  return { port, secret: { namespace, name }, configuration, names };
};

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
