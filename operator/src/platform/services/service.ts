import type { EnvVar as KubeEnvVar, PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { EnvVar, ServiceName } from '../../api/index.ts';
import type { Component } from '../component.ts';
import { contentHash } from '../hash.ts';
import { LABEL, objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { LATE_STOP, container, httpProbe, podTemplate } from '../pods.ts';
import { clusterService } from '../store.ts';
import { deploymentHealth } from '../workload-health.ts';
import { HTTP_PORT, MANAGEMENT_PORT, SERVICES, serviceSettings } from './definitions.ts';
import type { ServiceDefinition } from './definitions.ts';
import { metricsService, workloadObjects } from './workload.ts';

const CONFIG_PATH = '/etc/chatplatform/config';
const SECRETS_PATH = '/etc/chatplatform/secrets';

const titleCase = (name: string) => `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;

export function kubeEnv(env: readonly EnvVar[]): KubeEnvVar[] {
  return env.map(({ name, value, valueFrom }) => {
    if (valueFrom === undefined) return { name, value: value ?? '' };
    const { name: secret, key } = valueFrom.secretKeyRef;
    return { name, valueFrom: { secretKeyRef: { name: secret, key: key ?? 'value' } } };
  });
}

/** Values that reach the Pod through references only: a change of theirs must roll it as well. */
function referencedEnv(platform: Platform, env: readonly EnvVar[]): unknown[] {
  return env.map(({ valueFrom }) => {
    if (valueFrom === undefined) return null;
    const { name, key } = valueFrom.secretKeyRef;
    return platform.references.get(name)?.[key ?? 'value'];
  });
}

/** The mounted settings of a service, and the environment that says where they are: shared with its migration. */
export function settingsMounts(platform: Platform, { name }: ServiceDefinition) {
  return {
    env: [
      { name: 'CONFIG_DIRS', value: `${CONFIG_PATH}:${SECRETS_PATH}` },
      ...kubeEnv(platform.spec.services[name].env),
    ],
    mounts: [
      { name: 'config', mountPath: CONFIG_PATH, readOnly: true },
      { name: 'secrets', mountPath: SECRETS_PATH, readOnly: true },
    ],
    volumes: [
      { name: 'config', configMap: { name: objectName(platform, name), defaultMode: 0o444 } },
      { name: 'secrets', secret: { secretName: objectName(platform, name), defaultMode: 0o440 } },
    ],
  };
}

const hashOf = (platform: Platform, service: ServiceDefinition) =>
  contentHash([
    serviceSettings(platform, service),
    referencedEnv(platform, platform.spec.services[service.name].env),
  ]);

/** The hash that Pods of a service bear when they work with its settings as they are now. */
export function configHashOf(platform: Platform, name: ServiceName): string {
  const service = SERVICES.find((one) => one.name === name);
  if (service === undefined) throw new TypeError(`there is no service ${name}`);
  return hashOf(platform, service);
}

function template(platform: Platform, service: ServiceDefinition): PodTemplateSpec {
  const { name } = service;
  const { env: _, resources, ...placement } = platform.spec.services[name];
  const settings = settingsMounts(platform, service);
  return podTemplate(platform, {
    component: name,
    labels: { [LABEL.version]: platform.versions[name] },
    configHash: hashOf(platform, service),
    volumes: settings.volumes,
    placement,
    containers: [
      {
        ...container({
          name,
          image: platform.images[name],
          ports: { http: HTTP_PORT, management: MANAGEMENT_PORT },
          env: settings.env,
          mounts: settings.mounts,
          resources,
          startup: httpProbe('management', '/livez', { periodSeconds: 1, failureThreshold: 120 }),
          // A node that is short of CPU for some seconds must not cost the only Pod its endpoint: slow beats refused.
          readiness: httpProbe('management', '/readyz', { periodSeconds: 3, failureThreshold: 5 }),
          liveness: httpProbe('management', '/livez', { periodSeconds: 10, failureThreshold: 3 }),
        }),
        lifecycle: LATE_STOP,
      },
    ],
  });
}

/** One of the seven services. */
export function serviceComponent(service: ServiceDefinition): Component {
  const { name } = service;
  return {
    name,
    condition: `${titleCase(name)}Ready`,
    desired: (platform) => [
      clusterService(platform, name, { http: HTTP_PORT }),
      metricsService(platform, name, MANAGEMENT_PORT),
      ...workloadObjects(platform, name, template(platform, service)),
    ],
    health: (platform, observed) => deploymentHealth(observed, name, objectName(platform, name)),
  };
}
