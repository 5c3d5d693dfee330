import type { StatefulSet } from 'kubernetes-types/apps/v1.d.ts';
import type { PersistentVolumeClaim, Secret, Service } from 'kubernetes-types/core/v1.d.ts';
import type { ManagedStore } from '../api/index.ts';
import type { KubeObject } from '../runtime/index.ts';
import { manifest } from './component.ts';
import { contentHash } from './hash.ts';
import { objectLabels, objectName, selectorLabels } from './labels.ts';
import type { Platform } from './model.ts';
import { container, podTemplate } from './pods.ts';
import type { ContainerOptions, PodOptions } from './pods.ts';
import { quantityValue } from './quantities.ts';
import { templateHash } from './upgrade/restart.ts';

export interface StoreOptions {
  readonly component: string;
  readonly managed: ManagedStore;
  /** Where the volume is mounted. */
  readonly dataPath: string;
  readonly container: Omit<ContainerOptions, 'name' | 'resources'>;
  readonly pod?: Pick<PodOptions, 'volumes' | 'graceSeconds'>;
  /** Files of the store's own Secret `<name>-<component>`, which holds its configuration and credentials. */
  readonly secretFiles?: Readonly<Record<string, string>>;
  /** Files of the same Secret that a running store need not be restarted for: it is told by other means. */
  readonly liveFiles?: Readonly<Record<string, string>>;
  /** Where the Secret is mounted; not mounted when absent. */
  readonly secretPath?: string;
  /** Ports of its Service, by the names of the container's ports. */
  readonly servicePorts: Readonly<Record<string, number>>;
}

/** The Secret of a component, readable values in, base64 out. */
export function componentSecret(
  platform: Platform,
  component: string,
  values: Readonly<Record<string, string>>,
): KubeObject {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return manifest<Secret>({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: objectName(platform, component),
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
    },
    type: 'Opaque',
    data: Object.fromEntries(data),
  });
}

export function clusterService(
  platform: Platform,
  component: string,
  ports: Readonly<Record<string, number>>,
): KubeObject {
  return manifest<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: objectName(platform, component),
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
    },
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(platform, component),
      ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
    },
  });
}

/** A volume that is there stays as large as it is, also when the profile's default is smaller. */
function larger(wanted: string, present: string | undefined): string {
  return present !== undefined && quantityValue(present) > quantityValue(wanted) ? present : wanted;
}

/**
 * A claim of the operator's own rather than a template of the StatefulSet: templates are immutable, a claim can
 * grow. Whether it has an owner, and so goes with the platform, is decided where objects are applied.
 */
function dataClaim(platform: Platform, { component, managed }: StoreOptions): KubeObject {
  const { size, className } = managed.storage;
  const name = `${objectName(platform, component)}-data`;
  return manifest<PersistentVolumeClaim>({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(className === undefined ? {} : { storageClassName: className }),
      resources: { requests: { storage: larger(size, platform.volumes.get(name)) } },
    },
  });
}

function statefulSet(platform: Platform, options: StoreOptions): KubeObject {
  const { component, secretFiles, liveFiles, secretPath } = options;
  const name = objectName(platform, component);
  const mountsSecret = (secretFiles ?? liveFiles) !== undefined && secretPath !== undefined;
  const template = podTemplate(platform, {
    component,
    ...options.pod,
    placement: { scheduling: options.managed.scheduling },
    ...(secretFiles === undefined ? {} : { configHash: contentHash(secretFiles) }),
    containers: [
      container({
        ...options.container,
        name: component,
        resources: options.managed.resources,
        mounts: [
          { name: 'data', mountPath: options.dataPath },
          ...(mountsSecret ? [{ name: 'config', mountPath: secretPath, readOnly: true }] : []),
          ...(options.container.mounts ?? []),
        ],
      }),
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: `${name}-data` } },
      ...(mountsSecret ? [{ name: 'config', secret: { secretName: name, defaultMode: 0o440 } }] : []),
      ...(options.pod?.volumes ?? []),
    ],
  });
  return manifest<StatefulSet>({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name,
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
      annotations: templateHash(template),
    },
    spec: {
      // One Pod, never two on one volume: that is what a StatefulSet promises and a Deployment does not.
      replicas: 1,
      serviceName: name,
      revisionHistoryLimit: 3,
      selector: { matchLabels: selectorLabels(platform, component) },
      template,
    },
  });
}

/** The objects of a managed store: Secret, volume claim, StatefulSet of one Pod, Service. */
export function storeObjects(platform: Platform, options: StoreOptions): KubeObject[] {
  return [
    ...((options.secretFiles ?? options.liveFiles) === undefined
      ? []
      : [componentSecret(platform, options.component, { ...options.secretFiles, ...options.liveFiles })]),
    clusterService(platform, options.component, options.servicePorts),
    dataClaim(platform, options),
    statefulSet(platform, options),
  ];
}
