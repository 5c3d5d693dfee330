import { z } from 'zod';
import { documented } from './documented.ts';
import { objectName } from './scalars.ts';

/** Fields of Kubernetes itself, passed through as they are and judged by the API server. */
const asInKubernetes = (doc: { text: string; default: string; example: string }) =>
  documented(z.record(z.string(), z.unknown()), {
    ...doc,
    extensions: { 'x-kubernetes-preserve-unknown-fields': true },
  });

const tolerationFields = z.object({
  key: documented(z.string().max(316), {
    text: 'Taint to tolerate.',
    default: 'every taint, with operator Exists',
    example: 'dedicated',
  }).optional(),
  operator: documented(z.enum(['Equal', 'Exists']), {
    text: 'Whether the value must be equal or the key be there.',
    default: 'Equal',
    example: 'Exists',
  }).optional(),
  value: documented(z.string().max(63), {
    text: 'Value of the taint.',
    default: 'empty',
    example: 'chat',
  }).optional(),
  effect: documented(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']), {
    text: 'Effect of the taint.',
    default: 'every effect',
    example: 'NoSchedule',
  }).optional(),
  tolerationSeconds: documented(z.int().min(0), {
    text: 'How long a Pod stays on a node with a NoExecute taint.',
    default: 'for ever',
    example: '60',
    extensions: { format: 'int64' },
  }).optional(),
});

const ifSet = (field: string, value: string) => `has(self.${field}) && self.${field} == "${value}"`;

/** The rules of Kubernetes, said where the platform is applied instead of where its Deployments are refused. */
const toleration = documented(tolerationFields, {
  text: 'A taint that does not keep the Pods away.',
  rules: [
    {
      rule: `has(self.key) && self.key != "" || ${ifSet('operator', 'Exists')}`,
      message: 'name the taint in key, or set operator to Exists to tolerate every taint',
    },
    {
      rule: `!has(self.value) || self.value == "" || !(${ifSet('operator', 'Exists')})`,
      message: 'operator Exists takes no value: remove value, or set operator to Equal',
    },
    {
      rule: `!has(self.tolerationSeconds) || ${ifSet('effect', 'NoExecute')}`,
      message: 'tolerationSeconds is for effect NoExecute only: set it, or remove tolerationSeconds',
    },
  ],
});

/** Where Pods run. The operator spreads them over nodes and zones whatever is said here. */
export const scheduling = documented(
  z.object({
    nodeSelector: documented(z.record(z.string(), z.string().max(63)), {
      text: 'Labels a node must have.',
      default: 'any node',
      example: '{kubernetes.io/arch: amd64}',
      extensions: { maxProperties: 32 },
    }).optional(),
    tolerations: documented(z.array(toleration).max(32), {
      text: 'Taints of nodes that do not keep the Pods away.',
      default: 'none',
      example: '[{key: dedicated, value: chat, effect: NoSchedule}]',
      extensions: { 'x-kubernetes-list-type': 'atomic' },
    }).optional(),
    affinity: asInKubernetes({
      text: 'Affinity as in a Pod.',
      default: 'none',
      example:
        '{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: In, values: [chat]}]}]}}}',
    }).optional(),
    priorityClassName: objectName({
      text: 'PriorityClass of the Pods.',
      default: "the cluster's default",
      example: 'business-critical',
    }).optional(),
  }),
  {
    text: 'Where the Pods run. They are spread over nodes and zones in any case.',
    default: 'on any node',
    example: '{nodeSelector: {pool: chat}}',
  },
);

const ownPrefixes = '["app.kubernetes.io/", "chatplatform.dev/"]';

const metadata = (what: 'labels' | 'annotations') =>
  documented(z.record(z.string(), z.string().max(what === 'labels' ? 63 : 4096)), {
    text: `More ${what} for the Pods.`,
    default: 'none',
    example: '{team: chat}',
    extensions: { maxProperties: 64 },
    rules: [
      {
        rule: `self.all(key, !${ownPrefixes}.exists(prefix, key.startsWith(prefix)))`,
        message: `${what} under app.kubernetes.io/ and chatplatform.dev/ are the operator's own: use another prefix`,
      },
    ],
  });

/** What the other fields have no name for. */
export const podTemplate = documented(
  z.object({
    labels: metadata('labels').optional(),
    annotations: metadata('annotations').optional(),
    spec: asInKubernetes({
      text: "Fields of a Pod's spec, merged over those of the operator: lists by name (volumeMounts by mountPath), null removes. The container is named after the service: [{name: chat, env: [...]}] in containers changes that of chat.",
      default: 'nothing is overridden',
      example: '{dnsConfig: {options: [{name: ndots, value: "2"}]}, shareProcessNamespace: true}',
    }).optional(),
  }),
  {
    text: 'Overrides of the Pod template, for what has no field of its own. What the API server refuses of it is shown in the conditions.',
    default: 'nothing is overridden',
    example: '{labels: {team: chat}}',
  },
);
