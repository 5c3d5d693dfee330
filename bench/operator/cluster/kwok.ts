import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningServer, startServer } from '@chatplatform/local/processes/server';
import { stringify } from 'yaml';

/** The one simulated node. Pods are put on it as they are created, so that no scheduler takes part. */
export const NODE = 'simulated';

interface Step {
  readonly name: string;
  readonly kind: 'Pod' | 'Node';
  /** Conditions on the object, each a path, an operator and values: KWOK's own notation. */
  readonly when: readonly (readonly [key: string, operator: string, values?: readonly string[]])[];
  readonly next: Readonly<Record<string, unknown>>;
}

const READY_CONDITION = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const conditions = (...types: string[]): string =>
  `conditions:\n${types.map((type) => `- {type: ${type}, status: "True", lastTransitionTime: {{ Now | Quote }}}`).join('\n')}`;

const STEPS: readonly Step[] = [
  {
    name: 'node-ready',
    kind: 'Node',
    when: [[READY_CONDITION, 'NotIn', ['True']]],
    next: {
      statusTemplate: [
        conditions('Ready'),
        'addresses:\n- {type: InternalIP, address: 192.0.2.1}',
        'allocatable: {cpu: 1k, memory: 1Ti, pods: 1M}',
        'capacity: {cpu: 1k, memory: 1Ti, pods: 1M}',
        'phase: Running',
      ].join('\n'),
    },
  },
  {
    name: 'pod-ready',
    kind: 'Pod',
    when: [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', ['Pending']],
    ],
    next: {
      statusTemplate: [
        conditions('Initialized', 'Ready', 'ContainersReady', 'PodScheduled'),
        [
          'containerStatuses:',
          '{{ range .spec.containers }}',
          '- name: {{ .name | Quote }}',
          '  image: {{ .image | Quote }}',
          '  imageID: ""',
          '  ready: true',
          '  restartCount: 0',
          '  state: {running: {startedAt: {{ Now | Quote }}}}',
          '{{ end }}',
        ].join('\n'),
        'phase: Running',
        'startTime: {{ Now | Quote }}',
      ].join('\n'),
    },
  },
  {
    name: 'job-pod-complete',
    kind: 'Pod',
    when: [
      ['.metadata.deletionTimestamp', 'DoesNotExist'],
      ['.status.phase', 'In', ['Running']],
      ['.metadata.ownerReferences.[].kind', 'In', ['Job']],
    ],
    next: { statusTemplate: 'phase: Succeeded' },
  },
  {
    name: 'pod-gone',
    kind: 'Pod',
    when: [['.metadata.deletionTimestamp', 'Exists']],
    next: { delete: true },
  },
];

const stageOf = ({ name, kind, when, next }: Step): object => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: {
    resourceRef: { apiGroup: 'v1', kind },
    selector: {
      matchExpressions: when.map(([key, operator, values]) => ({ key, operator, ...(values && { values }) })),
    },
    next,
  },
});

const CONFIGURATION = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  // What is left out here is zero, which it refuses.
  options: { podPlayStageParallelism: 16, nodePlayStageParallelism: 1, podsOnNodeSyncParallelism: 1 },
};

/** What KWOK does: Pods are ready as soon as they are seen, those of Jobs have then done their work. */
export const kwokConfiguration = (): string =>
  [CONFIGURATION, ...STEPS.map(stageOf)].map((document) => stringify(document)).join('---\n');

/** Objects that must be there: the node, and the policy that puts every Pod on it. */
export const NODE_OBJECTS = {
  node: { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } },
  policy: {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'assign-node' },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      matchConditions: [{ name: 'is-on-no-node', expression: '!has(object.spec.nodeName)' }],
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: `Object{spec: Object.spec{nodeName: "${NODE}"}}` },
        },
      ],
    },
  },
  binding: {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'assign-node' },
    spec: { policyName: 'assign-node' },
  },
} as const;

/** Flags of the API server that {@link NODE_OBJECTS} need. */
export const NODE_API_FLAGS = [
  '--feature-gates=MutatingAdmissionPolicy=true',
  '--runtime-config=admissionregistration.k8s.io/v1beta1=true',
] as const;

export interface KwokOptions {
  readonly program: string;
  readonly kubeconfig: string;
  readonly dir: string;
  /** On 127.0.0.1, for its health. */
  readonly port: number;
}

export async function startKwok({ program, kubeconfig, dir, port }: KwokOptions): Promise<RunningServer> {
  const configuration = join(dir, 'kwok.yaml');
  await writeFile(configuration, kwokConfiguration());
  return startServer({
    name: 'kwok',
    command: program,
    args: [
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=0',
      `--server-address=127.0.0.1:${port}`,
    ],
    logFile: join(dir, 'logs', 'kwok.log'),
    ready: () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      ),
  });
}
