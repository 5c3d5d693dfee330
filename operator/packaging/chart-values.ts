export type Values = Readonly<Record<string, unknown>>;

/** Values by what they are for: each is tried alone, and all that go together at once. */
export const VALUES: Readonly<Record<string, Values>> = {
  'an image of one’s own': { image: 'registry.test/operator:1', imagePullPolicy: 'Always' },
  'pull secrets': { imagePullSecrets: [{ name: 'pull' }, { name: 'other' }] },
  'images of one’s own': { images: { chat: 'registry.test/chat:{version}', redis: 'registry.test/redis:8' } },
  'two that stand by for one another': { replicas: 2 },
  'none for now': { replicas: 0 },
  'one namespace': { watchNamespace: 'default' },
  concurrency: { concurrency: 64 },
  'kubelets that look often': { secretPropagationSeconds: 20 },
  'all logs': { logLevel: 'trace' },
  tracing: { tracing: { endpoint: 'http://otel.test:4318', sampling: 0.25 } },
  'no CRD': { crds: { install: false } },
  'no webhook': { webhook: { enabled: false } },
  resources: { resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } } },
  'no resources': { resources: { requests: null, limits: null } },
  'an identity of the cloud': { serviceAccount: { annotations: { 'iam.test/role': 'chat' } } },
  'labels everywhere': { commonLabels: { team: 'chat', 'example.org/cost': '17' } },
  'labels and annotations of Pods': {
    podLabels: { mesh: 'on' },
    podAnnotations: { 'example.org/scrape': 'true' },
  },
  scheduling: {
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'chat', effect: 'NoSchedule' }],
    priorityClassName: 'system-cluster-critical',
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'arch', operator: 'In', values: ['amd64'] }] }],
        },
      },
    },
  },
  'a monitor': { serviceMonitor: { enabled: true, labels: { release: 'prometheus' } } },
};

/** They would take away what the others are seen by. */
const TAKES_AWAY = new Set(['none for now', 'no CRD', 'no webhook', 'no resources']);
const together = Object.entries(VALUES)
  .filter(([name]) => !TAKES_AWAY.has(name))
  .reduce<Values>((all, [, values]) => ({ ...all, ...values }), {});

/** A title, and the values. The CRD, by far the largest object, is the same in all of them: once is enough. */
export const MATRIX: readonly (readonly [string, Values])[] = [
  ['as it comes', {}],
  ...[...Object.entries(VALUES), ['all that goes together', together] as const].map(
    ([name, values]) => [`with ${name}`, { ...values, ...VALUES['no CRD'] }] as const,
  ),
];
