import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { CHAT_PLATFORM, declareCaches } from './caches.ts';
import { loadConfig, webhookSettings, type OperatorConfig } from './config.ts';
import { readEnvironment } from './environment.ts';
import { imageOverridesSchema, type ImageOverrides } from './platform/images.ts';
import { createPlatformReconciler } from './reconcile.ts';
import { createLogger, loadAccess, Operator, runProcess, type Logger } from './runtime/index.ts';
import { runWebhook } from './webhook/webhook.ts';

const NAME = 'chatplatform-operator';

const readImages = async (path: string | undefined): Promise<ImageOverrides> =>
  path === undefined ? {} : imageOverridesSchema.parse(JSON.parse(await readFile(path, 'utf8')));

const createOperator = async (config: OperatorConfig, logger: Logger): Promise<Operator> => {
  const access = await loadAccess();
  const operator = new Operator({
    name: NAME,
    domain: 'chatplatform.dev',
    access,
    logger,
    managementPort: config.METRICS_PORT,
    // The Pod's name alone is not unique in time: a container that is restarted keeps it.
    identity: `${config.POD_NAME ?? hostname()}_${process.pid}_${Date.now().toString(36)}`,
    ...(config.LEADER_ELECT && {
      leaderElection: { namespace: config.POD_NAMESPACE ?? access.namespace },
    }),
  });
  const owns = declareCaches(operator.caches, { namespace: config.WATCH_NAMESPACE });
  operator.control({
    name: 'chatplatform',
    resource: CHAT_PLATFORM,
    owns,
    concurrency: config.CONCURRENCY,
    reconcile: createPlatformReconciler({
      ...operator.tools,
      images: await readImages(config.IMAGES_FILE),
      environment: {
        ...(await readEnvironment()),
        secretPropagationMs: config.SECRET_PROPAGATION_SECONDS * 1000,
      },
    }),
  });
  return operator;
};

const run = async (logger: Logger, config: OperatorConfig): Promise<void> => {
  const stopTracing = await startTracingOf(config);
  try {
    const operator = await createOperator(config, logger);
    await runProcess(operator, { beside: (signal) => serveWebhook(operator, { config, logger }, signal) });
  } finally {
    await stopTracing?.().catch((err: unknown) => logger.warn({ err }, 'the last spans were not sent'));
  }
};

/** On every replica, leading or not: the API server calls any of them. */
const serveWebhook = async (
  { tools }: Operator,
  { config, logger }: { config: OperatorConfig; logger: Logger },
  signal: AbortSignal,
): Promise<void> => {
  const settings = webhookSettings(config);
  if (settings === undefined) return;
  const { version: operatorVersion } = await readEnvironment();
  await runWebhook({ ...tools, ...settings, logger, operatorVersion }, signal);
};

/** The SDK is loaded only when it is wanted: it costs some 10 MB. */
const startTracingOf = async (config: OperatorConfig): Promise<(() => Promise<void>) | undefined> => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (endpoint === undefined) return undefined;
  const { startTracing } = await import('./telemetry.ts');
  return startTracing({ endpoint, ratio, service: NAME });
};

const main = async (): Promise<void> => {
  const logger = createLogger({ service: NAME });
  try {
    const config = loadConfig(process.env);
    logger.level = config.LOG_LEVEL;
    await run(logger, config);
    process.exit(0);
  } catch (err) {
    logger.fatal({ err }, 'the operator ends');
    process.exit(1);
  }
};

/**
 * With the argument `warm-up` it ends here, and has left its modules in Node's compile cache (NODE_COMPILE_CACHE): the
 * process that follows need not strip types, which would cost it 30 MB for as long as it lives.
 */
if (process.argv[2] !== 'warm-up') await main();
