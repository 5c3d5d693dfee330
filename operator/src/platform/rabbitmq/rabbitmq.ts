import type { ManagedStore } from '../../api/index.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import { tcpProbe } from '../pods.ts';
import { mebibytes } from '../quantities.ts';
import { storeComponent } from '../store-component.ts';
import { storeObjects } from '../store.ts';
import { MANAGEMENT_PORT, definitions } from './logins.ts';

const COMPONENT = 'rabbitmq';
const CONFIG_PATH = '/etc/chatplatform/rabbitmq';
const DATA_PATH = '/var/lib/rabbitmq';

function configuration(managed: ManagedStore): string {
  return [
    'listeners.tcp.default = 5672',
    'prometheus.tcp.port = 15692',
    `management.tcp.port = ${MANAGEMENT_PORT}`,
    // Prometheus has the figures: the management plugin need not collect them a second time.
    'management_agent.disable_metrics_collector = true',
    `load_definitions = ${CONFIG_PATH}/definitions.json`,
    'log.console = true',
    // Erlang sees the node's memory, not the container's limit.
    `total_memory_available_override_value = ${mebibytes(managed.resources.limits.memory)}MiB`,
    'vm_memory_high_watermark.relative = 0.6',
    'disk_free_limit.absolute = 100MB',
    '',
  ].join('\n');
}

const env = (platform: Platform) =>
  Object.entries({
    // Not the volume: Erlang refuses a cookie that fsGroup has made readable to the group.
    HOME: '/tmp',
    RABBITMQ_NODENAME: 'rabbit@localhost',
    RABBITMQ_CONFIG_FILE: `${CONFIG_PATH}/rabbitmq.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${CONFIG_PATH}/enabled_plugins`,
    RABBITMQ_MNESIA_BASE: `${DATA_PATH}/mnesia`,
    RABBITMQ_FEATURE_FLAGS_FILE: `${DATA_PATH}/feature_flags`,
    RABBITMQ_GENERATED_CONFIG_DIR: '/tmp/generated',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_LOGS: '-',
    // Busy waiting of idle schedulers would cost a Development node more than all services together.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: isDevelopment(platform) ? '+S 1:1 +sbwt none' : '+sbwt none',
  }).map(([name, value]) => ({ name, value }));

function managedObjects(platform: Platform, managed: ManagedStore) {
  return storeObjects(platform, {
    component: COMPONENT,
    managed,
    dataPath: DATA_PATH,
    secretPath: CONFIG_PATH,
    secretFiles: {
      'rabbitmq.conf': configuration(managed),
      enabled_plugins: '[rabbitmq_management,rabbitmq_prometheus].\n',
    },
    liveFiles: { 'definitions.json': definitions(platform) },
    servicePorts: { amqp: 5672, metrics: 15692, management: MANAGEMENT_PORT },
    container: {
      image: platform.images.rabbitmq,
      command: ['rabbitmq-server'],
      ports: { amqp: 5672, metrics: 15692, management: MANAGEMENT_PORT },
      env: env(platform),
      startup: tcpProbe('amqp', { periodSeconds: 1, failureThreshold: 180 }),
      readiness: tcpProbe('amqp'),
      liveness: tcpProbe('amqp', { periodSeconds: 15, failureThreshold: 4 }),
    },
    pod: { graceSeconds: 60 },
  });
}

/** Carries events between services. */
export const rabbitmq = storeComponent({
  name: COMPONENT,
  condition: 'RabbitMQReady',
  store: 'rabbitmq',
  managed: managedObjects,
});
