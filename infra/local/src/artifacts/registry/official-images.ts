import { versions } from '../programs/versions.ts';
import type { StoreKey, SystemKey } from '../images/image-names.ts';

/**
 * The images that others publish. Those of the stores are the ones the operator uses where it is told of no others (a test
 * compares). ChatPlatform's own are always built: they come from the working copy.
 */
export const officialImages: Readonly<Record<StoreKey | SystemKey, string>> = {
  rabbitmq: 'docker.io/library/rabbitmq:4.0',
  redis: 'docker.io/library/redis:8',
  postgresql: 'docker.io/library/postgres:17',
  mongodb: 'docker.io/library/mongo:8.0',
  influxdb: 'docker.io/library/influxdb:2.7',
  azurite: 'mcr.microsoft.com/azure-storage/azurite:3.35.0',
  maildev: 'docker.io/maildev/maildev:2.2.1',
  jaeger: 'docker.io/jaegertracing/all-in-one:1.76.0',
  prometheus: 'docker.io/prom/prometheus:v3.5.0',
  pause: 'registry.k8s.io/pause:3.10.1',
  coredns: `registry.k8s.io/coredns/coredns:v${versions.coredns}`,
  'local-path-provisioner': `docker.io/rancher/local-path-provisioner:v${versions.localPathProvisioner}`,
  'metrics-server': `registry.k8s.io/metrics-server/metrics-server:v${versions.metricsServer}`,
  busybox: 'docker.io/library/busybox:1.37',
};
