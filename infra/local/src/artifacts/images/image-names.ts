import { versions } from '../programs/versions.ts';

const REGISTRY = 'docker.io/chatplatform';
/** The product's own version, which its images carry as their tag. */
const APPLICATION_VERSION = '0.1.0';

export const SERVICE_KEYS = ['auth', 'user', 'chat', 'notification', 'media', 'gateway', 'analytics'] as const;
export const APPLICATION_KEYS = [...SERVICE_KEYS, 'operator', 'web'] as const;
export const STORE_KEYS = [
  'rabbitmq',
  'redis',
  'postgresql',
  'mongodb',
  'influxdb',
  'azurite',
  'maildev',
  'jaeger',
  'prometheus',
] as const;
export const SYSTEM_KEYS = ['pause', 'coredns', 'local-path-provisioner', 'metrics-server', 'busybox'] as const;

export type ServiceKey = (typeof SERVICE_KEYS)[number];
export type ApplicationKey = (typeof APPLICATION_KEYS)[number];
export type StoreKey = (typeof STORE_KEYS)[number];
export type SystemKey = (typeof SYSTEM_KEYS)[number];
export type ImageKey = ApplicationKey | StoreKey | SystemKey;

/** Versions of the images for the embedded node. Of what Debian's packages bring, the part that a stable release keeps. */
const localVersions: Record<StoreKey | SystemKey, string> = {
  rabbitmq: '4.0',
  redis: '8.0',
  postgresql: '17',
  mongodb: '7.0-stand-in',
  influxdb: versions.influxdb,
  azurite: '3.35.0',
  maildev: '3.0.0',
  jaeger: versions.jaeger,
  prometheus: '2.53',
  pause: '1.0',
  coredns: versions.coredns,
  'local-path-provisioner': versions.localPathProvisioner,
  'metrics-server': versions.metricsServer,
  busybox: '1.37',
};

/** A reference to an image of the product, with a place for the version that a platform asks for. */
export const ofAnyVersion = (reference: string): string =>
  reference.replace(`:${APPLICATION_VERSION}`, ':{version}');

const applicationNames = APPLICATION_KEYS.map((key) => [key, `${REGISTRY}/${key}:${APPLICATION_VERSION}`]);
const localNames = Object.entries(localVersions).map(([key, tag]) => [key, `${REGISTRY}/local-${key}:${tag}`]);

/** The full name of every image of the embedded node. */
export const imageNames = Object.fromEntries([...applicationNames, ...localNames]) as Readonly<
  Record<ImageKey, string>
>;
