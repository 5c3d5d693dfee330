import type {
  Container,
  ContainerPort,
  EnvVar,
  PodSpec,
  PodTemplateSpec,
  Probe,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1.d.ts';
import type { PodOverrides, Resources, Scheduling } from '../api/index.ts';
import { defined } from '../defined.ts';
import { CONFIG_HASH_ANNOTATION, objectLabels, selectorLabels } from './labels.ts';
import type { Platform } from './model.ts';
import { overridden } from './pod-overrides.ts';

/** One user for every Pod: our images name it, and the official ones run under any. */
const USER = 10001;

export interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: Readonly<Record<string, number>>;
  readonly env?: readonly EnvVar[];
  readonly mounts?: readonly VolumeMount[];
  readonly resources: Resources;
  readonly readiness?: Probe;
  readonly liveness?: Probe;
  readonly startup?: Probe;
}

/** A container as the restricted Pod security standard wants it, with a read-only root and a writable /tmp. */
export function container(options: ContainerOptions): Container {
  const { name, image, command, args, env, mounts = [] } = options;
  const ports: ContainerPort[] = Object.entries(options.ports ?? {}).map(([portName, containerPort]) => ({
    name: portName,
    containerPort,
    protocol: 'TCP',
  }));
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    ...defined({
      command: command && [...command],
      args: args && [...args],
      env: env && [...env],
      startupProbe: options.startup,
      readinessProbe: options.readiness,
      livenessProbe: options.liveness,
      ports: ports.length > 0 ? ports : undefined,
    }),
    resources: { requests: { ...options.resources.requests }, limits: { ...options.resources.limits } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    // The last log lines of a container that failed become its termination message: conditions quote it.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...mounts],
  };
}

/** Probes go over the network: an exec probe each second costs more CPU than most of our services idle at. */
export const tcpProbe = (port: string, timing: Partial<Probe> = {}): Probe => ({
  tcpSocket: { port },
  periodSeconds: 5,
  timeoutSeconds: 3,
  ...timing,
});

export const httpProbe = (port: string, path: string, timing: Partial<Probe> = {}): Probe => ({
  httpGet: { port, path },
  periodSeconds: 5,
  timeoutSeconds: 3,
  ...timing,
});

/**
 * Endpoints are withdrawn while a Pod stops: it goes on serving until everyone has heard of it, which on a busy node takes
 * seconds, and drains only then.
 */
export const LATE_STOP = { preStop: { sleep: { seconds: 5 } } } as const;

export interface PodOptions {
  readonly component: string;
  readonly containers: Container[];
  readonly volumes?: readonly Volume[];
  /** What the Pods read; when it changes, and only then, they are rolled. */
  readonly configHash?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** @default 30 */
  readonly graceSeconds?: number;
  readonly spec?: Partial<PodSpec>;
  /** Where the Pods should run, and what the user overrides. */
  readonly placement?: { readonly scheduling?: Scheduling; readonly podTemplate?: PodOverrides };
}

/** A Pod template under the restricted standard, without a service account token, spread over nodes and zones. */
export function podTemplate(platform: Platform, options: PodOptions): PodTemplateSpec {
  return overridden(plainTemplate(platform, options), options.placement ?? {});
}

function plainTemplate(platform: Platform, options: PodOptions): PodTemplateSpec {
  const { component } = options;
  const { imagePullSecrets } = platform.spec;
  return {
    metadata: {
      labels: { ...objectLabels(platform, component), ...options.labels },
      ...(options.configHash === undefined
        ? {}
        : { annotations: { [CONFIG_HASH_ANNOTATION]: options.configHash } }),
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      terminationGracePeriodSeconds: options.graceSeconds ?? 30,
      topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
        (topologyKey) => ({
          maxSkew: 1,
          topologyKey,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selectorLabels(platform, component) },
        }),
      ),
      ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets: [...imagePullSecrets] }),
      containers: options.containers,
      volumes: [{ name: 'tmp', emptyDir: {} }, ...(options.volumes ?? [])],
      ...options.spec,
    },
  };
}
