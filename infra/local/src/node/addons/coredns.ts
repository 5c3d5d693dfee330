import { createHash } from 'node:crypto';
import type { KubeObject } from '../../cluster/kubectl.ts';
import { SYSTEM_NAMESPACE, accountWithClusterRole, restrictedContainer, restrictedPod } from './objects.ts';

export interface CoreDnsOptions {
  image: string;
  clusterDomain: string;
  serviceAddress: string;
  /** Name servers of the world beyond; empty where the machine has none. */
  nameservers: readonly string[];
}

/** A port an unprivileged process may open; the Service maps 53 to it. */
const PORT = 1053;
const name = 'coredns';
const labels = { 'k8s-app': 'kube-dns' };

/** DNS of the cluster. */
export function corednsObjects(options: CoreDnsOptions): KubeObject[] {
  const corefile = renderCorefile(options);
  return [
    ...accountWithClusterRole({ name, namespace: SYSTEM_NAMESPACE }, [
      { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ]),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: SYSTEM_NAMESPACE },
      data: { Corefile: corefile },
    },
    service(options.serviceAddress),
    deployment(options.image, corefile),
  ];
}

/**
 * Two server blocks, because plugins run in a fixed order in which `template` comes before `kubernetes`. Without name
 * servers to ask, names beyond the cluster are refused at once instead of after a timeout.
 */
export function renderCorefile({ clusterDomain, nameservers }: CoreDnsOptions): string {
  const beyond =
    nameservers.length > 0
      ? `cache 30
    forward . ${nameservers.join(' ')}`
      : `template ANY ANY . {
        rcode NXDOMAIN
    }`;
  return `${clusterDomain}:${PORT} in-addr.arpa:${PORT} ip6.arpa:${PORT} {
    errors
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
        pods insecure
        ttl 5
    }
}
.:${PORT} {
    errors
    health :8080 {
        lameduck 3s
    }
    ready :8181
    ${beyond}
}
`;
}

function service(clusterIP: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: SYSTEM_NAMESPACE, labels },
    spec: {
      clusterIP,
      selector: labels,
      ports: [
        { name: 'dns', protocol: 'UDP', port: 53, targetPort: PORT },
        { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: PORT },
      ],
    },
  };
}

function deployment(image: string, corefile: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: SYSTEM_NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: {
            'chatplatform.dev/config-hash': createHash('sha256').update(corefile).digest('hex').slice(0, 16),
          },
        },
        spec: {
          serviceAccountName: name,
          priorityClassName: 'system-cluster-critical',
          dnsPolicy: 'Default',
          securityContext: restrictedPod,
          containers: [
            {
              name,
              image,
              imagePullPolicy: 'IfNotPresent',
              args: ['-conf', '/etc/coredns/Corefile'],
              securityContext: {
                ...restrictedContainer,
                // The published program's file carries this capability: where it is forbidden the kernel refuses to start it.
                capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
              },
              ports: [
                { name: 'dns', containerPort: PORT, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: PORT, protocol: 'TCP' },
              ],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
              livenessProbe: {
                httpGet: { path: '/health', port: 8080 },
                periodSeconds: 15,
                timeoutSeconds: 5,
                failureThreshold: 4,
              },
              resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '170Mi' } },
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config', configMap: { name } }],
        },
      },
    },
  };
}
