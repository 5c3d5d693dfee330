import type { ConfigMap } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { manifest } from '../component.ts';
import type { Component } from '../component.ts';
import { objectLabels, objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { blockedWorkloads } from '../references.ts';
import { SERVICES, serviceSettings } from '../services/definitions.ts';
import type { ServiceDefinition } from '../services/definitions.ts';
import { componentSecret } from '../store.ts';

export function componentConfigMap(
  platform: Platform,
  component: string,
  data: Readonly<Record<string, string>>,
): KubeObject {
  return manifest<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: objectName(platform, component),
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
    },
    data: { ...data },
  });
}

function settingsObjects(platform: Platform, service: ServiceDefinition): KubeObject[] {
  const { config, secrets } = serviceSettings(platform, service);
  return [
    componentConfigMap(platform, service.name, config),
    componentSecret(platform, service.name, secrets),
  ];
}

/** The first user's way in, for a person to read: `<name>-admin`. */
function adminSecret(platform: Platform): KubeObject {
  return componentSecret(platform, 'admin', {
    ...platform.spec.auth.bootstrapAdmin,
    password: platform.credentials.adminPassword,
  });
}

/** Settings and secrets of every service, written before the migrations and the services that mount them. */
export const configuration: Component = {
  name: 'configuration',
  condition: 'ConfigurationReady',
  desired: (platform) => {
    const blocked = blockedWorkloads(platform.missing);
    const services = SERVICES.filter(({ name }) => !blocked.has(name));
    return [adminSecret(platform), ...services.flatMap((service) => settingsObjects(platform, service))];
  },
  health: ({ missing }) =>
    missing.length === 0
      ? { state: 'Ready', serving: true, reason: 'Written', message: '' }
      : {
          state: 'Degraded',
          serving: false,
          reason: 'SecretMissing',
          message: missing.map(({ message }) => message).join('; '),
        },
};
