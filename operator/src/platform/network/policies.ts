import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1.d.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { DISABLED, manifest } from '../component.ts';
import type { Component } from '../component.ts';
import { LABEL, objectLabels, objectName, selectorLabels } from '../labels.ts';
import type { Platform } from '../model.ts';
import { OUTSIDE, networkComponents, networkEdges } from './edges.ts';
import type { NetworkEdge } from './edges.ts';

const COMPONENT = 'network-policies';

const tcp = (port: number): NetworkPolicyPort => ({ protocol: 'TCP', port });

/** No peer named means every peer: the world outside has no labels of ours. */
const peersOf = (platform: Platform, component: string) =>
  component === OUTSIDE ? [] : [{ podSelector: { matchLabels: selectorLabels(platform, component) } }];

const portsOf = (port: number | undefined) => (port === undefined ? {} : { ports: [tcp(port)] });

function ingressRule(platform: Platform, { from, port }: NetworkEdge): NetworkPolicyIngressRule {
  const peers = peersOf(platform, from);
  return { ...(peers.length === 0 ? {} : { from: peers }), ...portsOf(port) };
}

function egressRule(platform: Platform, { to, port }: NetworkEdge): NetworkPolicyEgressRule {
  const peers = peersOf(platform, to);
  return { ...(peers.length === 0 ? {} : { to: peers }), ...portsOf(port) };
}

/** The DNS Pods by label on whatever port they listen, and port 53 anywhere for a cache on the node. */
const DNS: NetworkPolicyEgressRule[] = [
  {
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
    ],
  },
  { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] },
];

function policy(platform: Platform, name: string, spec: NetworkPolicy['spec']): KubeObject {
  return manifest<NetworkPolicy>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: objectName(platform, name),
      namespace: platform.namespace,
      labels: objectLabels(platform, COMPONENT),
    },
    ...(spec === undefined ? {} : { spec }),
  });
}

/** Whatever is not allowed below, to and from any Pod of the platform, is denied. */
function defaultDeny(platform: Platform): KubeObject {
  const { [LABEL.component]: _, ...wholePlatform } = selectorLabels(platform, '');
  return policy(platform, 'default-deny', {
    podSelector: { matchLabels: wholePlatform },
    policyTypes: ['Ingress', 'Egress'],
  });
}

function componentPolicy(platform: Platform, component: string): KubeObject {
  const edges = networkEdges(platform);
  const incoming = edges.filter(({ to }) => to === component).map((edge) => ingressRule(platform, edge));
  const outgoing = edges.filter(({ from }) => from === component).map((edge) => egressRule(platform, edge));
  return policy(platform, component, {
    podSelector: { matchLabels: selectorLabels(platform, component) },
    policyTypes: ['Ingress', 'Egress'],
    ingress: incoming,
    // What connects to nothing resolves nothing: a store has no business with DNS.
    egress: outgoing.length === 0 ? [] : [...DNS, ...outgoing],
  });
}

/** Denies by default and allows the edges of the architecture. */
export const networkPolicies: Component = {
  name: COMPONENT,
  condition: 'NetworkPoliciesReady',
  desired: (platform) => {
    if (!platform.spec.networkPolicies.enabled) return [];
    return [
      defaultDeny(platform),
      ...networkComponents(platform).map((component) => componentPolicy(platform, component)),
    ];
  },
  // Whether they are enforced is the network's matter, which tells nobody.
  health: () => DISABLED,
};
