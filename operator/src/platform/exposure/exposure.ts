import type { Service, ServicePort } from 'kubernetes-types/core/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { manifest } from '../component.ts';
import type { Component, ComponentHealth } from '../component.ts';
import { KINDS } from '../kinds.ts';
import { objectLabels, objectName, selectorLabels } from '../labels.ts';
import type { Platform } from '../model.ts';
import type { Observed } from '../observed.ts';
import { tlsSecretName } from '../references.ts';
import { httpRoute, routeHealth } from './http-route.ts';

/** Objects share the edge's name; the component label keeps their status apart. */
const COMPONENT = 'exposure';

const metadata = (platform: Platform, annotations: Readonly<Record<string, string>> = {}) => ({
  name: objectName(platform, 'web'),
  namespace: platform.namespace,
  labels: objectLabels(platform, COMPONENT),
  ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
});

function servicePorts(platform: Platform): ServicePort[] {
  const { type, nodePort, tls } = platform.spec.exposure;
  const withTls = tls !== undefined && type !== 'Ingress';
  const asked = type === 'NodePort' && nodePort !== undefined ? { nodePort } : {};
  const http: ServicePort = { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' };
  if (!withTls) return [{ ...http, ...asked }];
  return [http, { name: 'https', port: 443, targetPort: 'https', protocol: 'TCP', ...asked }];
}

function edgeService(platform: Platform): KubeObject {
  const { type, loadBalancer } = platform.spec.exposure;
  const external = type === 'NodePort' || type === 'LoadBalancer';
  const ranges = loadBalancer?.sourceRanges;
  return manifest<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(platform, type === 'LoadBalancer' ? loadBalancer?.annotations : undefined),
    spec: {
      type: external ? type : 'ClusterIP',
      selector: selectorLabels(platform, 'web'),
      ports: servicePorts(platform),
      ...(type === 'LoadBalancer' && ranges !== undefined ? { loadBalancerSourceRanges: ranges } : {}),
    },
  });
}

function issuerAnnotations(platform: Platform): Record<string, string> {
  const issuer = platform.spec.exposure.tls?.issuerRef;
  if (issuer === undefined) return {};
  const key = issuer.kind === 'ClusterIssuer' ? 'cert-manager.io/cluster-issuer' : 'cert-manager.io/issuer';
  return { [key]: issuer.name };
}

function ingress(platform: Platform): KubeObject {
  const { hostname, exposure } = platform.spec;
  const secretName = tlsSecretName(platform);
  const host = hostname === undefined ? {} : { host: hostname };
  return manifest<Ingress>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: metadata(platform, { ...issuerAnnotations(platform), ...exposure.ingress?.annotations }),
    spec: {
      ...(exposure.ingress?.className === undefined ? {} : { ingressClassName: exposure.ingress.className }),
      ...(secretName === undefined || hostname === undefined
        ? {}
        : { tls: [{ hosts: [hostname], secretName }] }),
      rules: [
        {
          ...host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: objectName(platform, 'web'), port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    },
  });
}

/** Asks cert-manager for the edge's certificate; an Ingress asks by annotation instead. */
function certificate(platform: Platform): KubeObject[] {
  const { hostname, exposure } = platform.spec;
  const issuer = exposure.tls?.issuerRef;
  const secretName = tlsSecretName(platform);
  if (issuer === undefined || secretName === undefined || exposure.type === 'Ingress') return [];
  return [
    {
      apiVersion: KINDS.certificate.apiVersion,
      kind: KINDS.certificate.kind,
      metadata: metadata(platform),
      spec: {
        secretName,
        dnsNames: [hostname],
        issuerRef: { group: 'cert-manager.io', kind: issuer.kind ?? 'Issuer', name: issuer.name },
      },
    },
  ];
}

function desired(platform: Platform): KubeObject[] {
  const objects = [edgeService(platform), ...certificate(platform)];
  if (platform.spec.exposure.type === 'Ingress') objects.push(ingress(platform));
  if (platform.spec.exposure.type === 'Gateway') objects.push(httpRoute(platform, metadata(platform)));
  return objects;
}

function health(platform: Platform, observed: Observed): ComponentHealth {
  if (platform.spec.exposure.type === 'Gateway') {
    const route = routeHealth(observed, objectName(platform, 'web'));
    if (route !== undefined) return route;
  }
  if (platform.url !== undefined) return { state: 'Ready', serving: true, reason: 'Reachable', message: '' };
  const awaited =
    platform.spec.exposure.type === 'LoadBalancer'
      ? 'the load balancer has no address yet: does this cluster have one to give?'
      : 'no node address is known: set spec.hostname or spec.exposure.url';
  return { state: 'Progressing', serving: false, reason: 'AddressAwaited', message: awaited };
}

/** How people reach the edge from outside the cluster. */
export const exposure: Component = { name: COMPONENT, condition: 'ExposureReady', desired, health };
