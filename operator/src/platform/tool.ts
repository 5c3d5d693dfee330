import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { Volume } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../runtime/index.ts';
import { manifest } from './component.ts';
import { objectLabels, objectName, selectorLabels } from './labels.ts';
import type { Platform } from './model.ts';
import { container, podTemplate } from './pods.ts';
import type { ContainerOptions } from './pods.ts';
import { clusterService } from './store.ts';

export interface ToolOptions {
  readonly component: string;
  readonly container: Omit<ContainerOptions, 'name'>;
  readonly servicePorts: Readonly<Record<string, number>>;
  readonly volumes?: readonly Volume[];
  readonly configHash?: string;
}

/** A helper of profile Development (mail sink, Jaeger, Prometheus): one Pod that may lose what it holds. */
export function toolComponentObjects(platform: Platform, options: ToolOptions): KubeObject[] {
  const { component } = options;
  return [
    clusterService(platform, component, options.servicePorts),
    manifest<Deployment>({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: objectName(platform, component),
        namespace: platform.namespace,
        labels: objectLabels(platform, component),
      },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 1,
        // Two at once would split what they hold between them.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selectorLabels(platform, component) },
        template: podTemplate(platform, {
          component,
          graceSeconds: 10,
          ...(options.volumes === undefined ? {} : { volumes: options.volumes }),
          ...(options.configHash === undefined ? {} : { configHash: options.configHash }),
          containers: [container({ ...options.container, name: component })],
        }),
      },
    }),
  ];
}
