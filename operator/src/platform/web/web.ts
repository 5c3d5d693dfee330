import type { KubeObject } from '../../runtime/index.ts';
import type { Component } from '../component.ts';
import { componentConfigMap } from '../configuration/configuration.ts';
import { contentHash } from '../hash.ts';
import { LABEL, objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { LATE_STOP, container, httpProbe, podTemplate } from '../pods.ts';
import { tlsSecretName } from '../references.ts';
import { kubeEnv } from '../services/service.ts';
import { workloadObjects } from '../services/workload.ts';
import { deploymentHealth } from '../workload-health.ts';
import { EDGE_PORTS, TLS_PATH, nginxConfig } from './nginx.ts';

const COMPONENT = 'web';
const CONFIG_PATH = '/etc/chatplatform/nginx';

/** The Secret the edge serves TLS with; an Ingress serves it instead when there is one. */
function edgeTlsSecret(platform: Platform): string | undefined {
  return platform.spec.exposure.type === 'Ingress' ? undefined : tlsSecretName(platform);
}

function desired(platform: Platform): KubeObject[] {
  const { env, resources, ...placement } = platform.spec.services.web;
  const tls = edgeTlsSecret(platform);
  const config = nginxConfig(platform, tls !== undefined);
  const certificate = tls === undefined ? undefined : platform.references.get(tls);
  const template = podTemplate(platform, {
    component: COMPONENT,
    labels: { [LABEL.version]: platform.versions[COMPONENT] },
    configHash: contentHash([config, certificate]),
    placement,
    volumes: [
      { name: 'config', configMap: { name: objectName(platform, COMPONENT), defaultMode: 0o444 } },
      ...(tls === undefined ? [] : [{ name: 'tls', secret: { secretName: tls, defaultMode: 0o440 } }]),
    ],
    containers: [
      {
        ...container({
          name: COMPONENT,
          image: platform.images.web,
          command: ['nginx', '-c', `${CONFIG_PATH}/nginx.conf`, '-g', 'daemon off;'],
          ports: tls === undefined ? { http: EDGE_PORTS.http } : EDGE_PORTS,
          env: kubeEnv(env),
          mounts: [
            { name: 'config', mountPath: CONFIG_PATH, readOnly: true },
            ...(tls === undefined ? [] : [{ name: 'tls', mountPath: TLS_PATH, readOnly: true }]),
          ],
          resources,
          readiness: httpProbe('http', '/healthz', { periodSeconds: 3 }),
          liveness: httpProbe('http', '/healthz', { periodSeconds: 15, failureThreshold: 4 }),
        }),
        lifecycle: LATE_STOP,
      },
    ],
  });
  return [
    componentConfigMap(platform, COMPONENT, { 'nginx.conf': config }),
    ...workloadObjects(platform, COMPONENT, template),
  ];
}

/** The edge: serves the web client and routes requests. Its Service is the exposure's. */
export const web: Component = {
  name: COMPONENT,
  condition: 'WebReady',
  desired,
  health: (platform, observed) => deploymentHealth(observed, COMPONENT, objectName(platform, COMPONENT)),
};
