import { join } from 'node:path';
import { stringify } from 'yaml';
import { replaceFile } from '../launcher/files.ts';
import type { Progress } from '../launcher/progress.ts';
import { run, tryRun } from '../launcher/run.ts';
import { runLogged } from '../processes/run-logged.ts';
import type { Cluster } from './cluster.ts';
import { createKubectl } from './kubectl.ts';
import { findClusterTools, linkTools } from './tools.ts';

const CLUSTER_NAME = 'chatplatform';
const NODE_PORT = 30080;
const REGISTRY = 'docker.io/chatplatform';
/** Images that are built here, with the build's arguments; those of the stores the cluster pulls itself. */
const builtImages: readonly { key: string; args: readonly string[] }[] = [
  ...['auth', 'user', 'chat', 'notification', 'media', 'gateway', 'analytics'].map((key) => ({
    key,
    args: ['--target=service', `--build-arg=WORKSPACE=services/${key}`],
  })),
  {
    key: 'operator',
    args: ['--target=operator'],
  },
  { key: 'web', args: ['--target=web'] },
];

export interface KindClusterOptions {
  repository: string;
  /** Where the cluster's kubeconfig is written. */
  kubeconfig: string;
  /** Where kubectl and helm are linked. */
  toolsFolder: string;
  /** Folder of log files. */
  logs: string;
  progress: Progress;
}

/** Whether a Docker engine answers. */
export async function doesDockerAnswer(): Promise<boolean> {
  return (await tryRun('docker', ['info'], { timeoutMs: 10_000 })).code === 0;
}

/** Brings up a kind cluster with the platform's images in it. */
export async function bringUpKindCluster(options: KindClusterOptions): Promise<Cluster> {
  const { progress } = options;
  const tools = await linkTools(options.toolsFolder, await findClusterTools(progress));
  await createCluster(options);
  const { kubeconfig } = options;
  await replaceFile(kubeconfig, await run('kind', ['get', 'kubeconfig', `--name=${CLUSTER_NAME}`]), 0o600);
  const references = await buildImages(options);
  await progress.step('Load the images into the cluster', () =>
    runLogged({
      command: 'kind',
      args: ['load', 'docker-image', `--name=${CLUSTER_NAME}`, ...references.values()],
      logFile: join(options.logs, 'kind-load.log'),
      purpose: 'kind load docker-image',
    }),
  );
  const { operator = '', ...images } = Object.fromEntries(references);
  return {
    kubectl: createKubectl({ binary: tools.kubectl, kubeconfig }),
    helm: tools.helm,
    values: { image: operator, images },
    spec: { exposure: { type: 'NodePort', nodePort: NODE_PORT, url: `http://127.0.0.1:${NODE_PORT}` } },
  };
}

/** Removes the cluster and all that is in it; none is fine. */
export async function takeDownKindCluster(progress: Progress): Promise<void> {
  await progress.step('Delete the kind cluster', () =>
    run('kind', ['delete', 'cluster', `--name=${CLUSTER_NAME}`]),
  );
}

/** The cluster's description: the edge's node port answers on the machine's loopback address. */
export function renderKindConfig(): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: [
          { containerPort: NODE_PORT, hostPort: NODE_PORT, listenAddress: '127.0.0.1', protocol: 'TCP' },
        ],
      },
    ],
  });
}

async function createCluster({ progress, logs }: KindClusterOptions): Promise<void> {
  const clusters = await run('kind', ['get', 'clusters']);
  if (clusters.split('\n').includes(CLUSTER_NAME)) return;
  const logFile = join(logs, 'kind-create.log');
  await progress.step(
    'Create a kind cluster',
    () =>
      runLogged({
        command: 'kind',
        args: ['create', 'cluster', `--name=${CLUSTER_NAME}`, '--config=-', '--wait=120s'],
        input: renderKindConfig(),
        logFile,
        purpose: 'kind create cluster',
        remedy: `remove what is left of it (kind delete cluster --name ${CLUSTER_NAME}), then run the command again`,
      }),
    { log: logFile },
  );
}

/** Builds each image and names it after its content, so that Pods are replaced when it changes. */
async function buildImages({ progress, logs, repository }: KindClusterOptions): Promise<Map<string, string>> {
  const logFile = join(logs, 'docker-build.log');
  return progress.step(
    'Build the images',
    async (report) => {
      const references = new Map<string, string>();
      for (const { key, args } of builtImages) {
        report(key);
        const name = `${REGISTRY}/${key}:0.1.0`;
        await runLogged({
          command: 'docker',
          args: ['build', ...args, `--tag=${name}`, '.'],
          cwd: repository,
          logFile,
          purpose: `docker build of ${key}`,
        });
        const id = (await run('docker', ['image', 'inspect', '--format={{.Id}}', name])).trim();
        const reference = `${name}-${id.replace('sha256:', '').slice(0, 12)}`;
        await run('docker', ['tag', name, reference]);
        references.set(key, reference);
      }
      return references;
    },
    { log: logFile },
  );
}
