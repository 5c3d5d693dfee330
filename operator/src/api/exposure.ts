import { z } from 'zod';
import { documented } from './documented.ts';
import { httpUrl, objectName } from './scalars.ts';

const annotations = (what: string) =>
  documented(z.record(z.string(), z.string().max(4096)), {
    text: `Annotations for the ${what}.`,
    default: 'none',
    example: '{example.org/idle-timeout: "3600"}',
  });

const tls = documented(
  z.object({
    secretRef: documented(
      z.object({ name: objectName({ text: 'Name of the Secret.', example: 'chat-tls' }) }),
      {
        text: 'A Secret of type kubernetes.io/tls with the keys tls.crt and tls.key.',
        default: 'unset',
        example: '{name: chat-tls}',
      },
    ).optional(),
    issuerRef: documented(
      z.object({
        name: objectName({ text: 'Name of the issuer.', example: 'letsencrypt' }),
        kind: documented(z.enum(['Issuer', 'ClusterIssuer']), {
          text: 'Kind of the cert-manager issuer.',
          default: 'Issuer',
          example: 'ClusterIssuer',
        }).optional(),
      }),
      {
        text: 'A cert-manager issuer that makes and renews the certificate; needs spec.hostname.',
        default: 'unset',
        example: '{name: letsencrypt, kind: ClusterIssuer}',
      },
    ).optional(),
  }),
  {
    text: 'TLS at the edge. Exactly one of secretRef and issuerRef.',
    default: 'no TLS',
    example: '{secretRef: {name: chat-tls}}',
    rules: [
      {
        rule: 'has(self.secretRef) != has(self.issuerRef)',
        message:
          'needs a certificate from somewhere: set exactly one of secretRef (a kubernetes.io/tls Secret) and issuerRef (a cert-manager issuer)',
      },
    ],
  },
);

const gateway = documented(
  z.object({
    name: objectName({ text: 'Name of the Gateway.', example: 'public' }),
    namespace: objectName({
      text: 'Namespace of the Gateway.',
      default: "the platform's own",
      example: 'gateways',
    }).optional(),
    sectionName: documented(z.string().min(1).max(253), {
      text: 'Listener of the Gateway.',
      default: 'every listener that accepts the route',
      example: 'https',
    }).optional(),
  }),
  { text: 'The Gateway the HTTPRoute attaches to.', default: 'unset', example: '{name: public}' },
);

const ingress = documented(
  z.object({
    className: objectName({
      text: 'IngressClass that serves the platform.',
      default: "the cluster's default class",
      example: 'haproxy',
    }).optional(),
    annotations: annotations('Ingress').optional(),
  }),
  { text: 'Settings of exposure type Ingress.', default: 'unset', example: '{className: haproxy}' },
);

const loadBalancer = documented(
  z.object({
    annotations: annotations('Service of type LoadBalancer').optional(),
    sourceRanges: documented(z.array(z.string().max(64)).max(64), {
      text: 'Address ranges that may connect, in CIDR notation.',
      default: 'every address',
      example: '[203.0.113.0/24]',
      extensions: { 'x-kubernetes-list-type': 'set' },
    }).optional(),
  }),
  {
    text: 'Settings of exposure type LoadBalancer.',
    default: 'unset',
    example: '{sourceRanges: [203.0.113.0/24]}',
  },
);

export const exposureSchema = documented(
  z.object({
    type: documented(z.enum(['NodePort', 'LoadBalancer', 'Ingress', 'Gateway']), {
      text: 'How the edge is reached from outside: a port on every node, a load balancer, an Ingress or an HTTPRoute of the Gateway API.',
      default: 'NodePort in profile Development, LoadBalancer else',
      example: 'Ingress',
    }).optional(),
    nodePort: documented(z.int().min(1).max(65535), {
      text: 'Port on every node, for type NodePort; it must lie in the range of the API server (30000-32767 as a rule).',
      default: 'chosen by the cluster',
      example: '30080',
      extensions: { format: 'int32' },
    }).optional(),
    url: httpUrl({
      text: 'The address people use, where it is not what the operator would work out: behind a proxy, on another port.',
      default: 'worked out from hostname, type and TLS; shown in status.url',
      example: 'https://chat.example.org',
    }).optional(),
    ingress: ingress.optional(),
    loadBalancer: loadBalancer.optional(),
    gateway: gateway.optional(),
    tls: tls.optional(),
  }),
  {
    text: 'How people reach the platform.',
    default: 'by the profile',
    example: '{type: NodePort, nodePort: 30080}',
    rules: [
      {
        rule: '!has(self.nodePort) || (has(self.type) && self.type == "NodePort")',
        message: 'belongs to exposure type NodePort: set type: NodePort or remove nodePort',
        fieldPath: '.nodePort',
      },
      {
        rule: '!(has(self.type) && self.type == "Gateway") || has(self.gateway)',
        message: 'exposure type Gateway needs exposure.gateway.name: the Gateway to attach to',
        fieldPath: '.gateway',
      },
      {
        rule: '!(has(self.type) && self.type == "Gateway") || !has(self.tls)',
        message: "with type Gateway, TLS ends at the Gateway's listener: configure it there and remove tls",
        fieldPath: '.tls',
      },
      {
        rule: '!has(self.ingress) || (has(self.type) && self.type == "Ingress")',
        message: 'belongs to exposure type Ingress: set type: Ingress or remove ingress',
        fieldPath: '.ingress',
      },
      {
        rule: '!has(self.gateway) || (has(self.type) && self.type == "Gateway")',
        message: 'belongs to exposure type Gateway: set type: Gateway or remove gateway',
        fieldPath: '.gateway',
      },
    ],
  },
);
