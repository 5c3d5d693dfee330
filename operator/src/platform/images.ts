import { z } from 'zod';
import { SERVICE_NAMES } from '../api/index.ts';
import type { WorkloadName } from '../api/index.ts';
import { IMAGE_KEYS } from './model.ts';
import type { Images, StoreImage, WorkloadVersions } from './model.ts';

export const STORE_IMAGES: Readonly<Record<StoreImage, string>> = {
  rabbitmq: 'docker.io/library/rabbitmq:4.0',
  redis: 'docker.io/library/redis:8',
  postgresql: 'docker.io/library/postgres:17',
  mongodb: 'docker.io/library/mongo:8.0',
  influxdb: 'docker.io/library/influxdb:2.7',
  azurite: 'mcr.microsoft.com/azure-storage/azurite:3.35.0',
  sqlserver: 'mcr.microsoft.com/mssql/server:2022-latest',
  maildev: 'docker.io/maildev/maildev:2.2.1',
  jaeger: 'docker.io/jaegertracing/all-in-one:1.76.0',
  prometheus: 'docker.io/prom/prometheus:v3.5.0',
};

const WORKLOADS: readonly WorkloadName[] = [...SERVICE_NAMES, 'web'];

/**
 * The operator's image table: references that take the place of the official ones, e.g. of a private registry.
 * `{version}` in a reference stands for the platform's version.
 */
export const imageOverridesSchema = z.partialRecord(z.enum([...IMAGE_KEYS, ...WORKLOADS]), z.string().min(1));
export type ImageOverrides = z.infer<typeof imageOverridesSchema>;

/** Every workload on the same version. */
export const allOn = (version: string): WorkloadVersions =>
  Object.fromEntries(WORKLOADS.map((name) => [name, version])) as WorkloadVersions;

export const isWorkload = (key: string): key is WorkloadName => WORKLOADS.some((name) => name === key);

/** Image references of the stores, and of the workloads on the versions they should run. */
export function imagesFor(versions: WorkloadVersions, overrides: ImageOverrides): Images {
  const own = Object.fromEntries(
    WORKLOADS.map((name) => [name, `docker.io/chatplatform/${name}:${versions[name]}`]),
  );
  const replaced = Object.entries(overrides).map(([key, image]) => [
    key,
    isWorkload(key) ? image.replaceAll('{version}', versions[key]) : image,
  ]);
  return { ...STORE_IMAGES, ...own, ...Object.fromEntries(replaced) } as Images;
}
