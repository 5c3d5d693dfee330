import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderKubeconfig } from '../cluster/kubeconfig.ts';
import type { Kubectl } from '../cluster/kubectl.ts';
import { ensureClusterPki, readKeyPair } from '../cluster/pki/cluster-pki.ts';
import { statusOf } from '../cluster/readiness.ts';
import { replaceFile, replaceLink } from '../launcher/files.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Progress, Report } from '../launcher/progress.ts';
import { tryRun } from '../launcher/run.ts';
import { waitFor } from '../launcher/wait-for.ts';
import { renderConfigFiles } from './config-files.ts';
import type { MachineTraits } from './config-files.ts';
import { findOnPath } from './host/programs.ts';
import type { NodeLayout } from './layout.ts';
import { prepareMachine, readMachineTraits } from './machine.ts';
import { nodeAccess } from './addons/node-access.ts';
import { firstProcesses, kubeconfigUsers, processSpecs } from './process-specs.ts';
import type { NodeConfigFiles } from './process-specs.ts';
import { apiServerUrl, settings } from './settings.ts';
import { startSupervisor, supervisedProcess } from './supervisor/control.ts';
import { writeSpec } from './supervisor/process-spec.ts';
import type { ProcessSpec } from './supervisor/process-spec.ts';

export interface StartNodeOptions {
  layout: NodeLayout;
  /** Folder that holds etcd, the control plane and the kubelet. */
  programs: string;
  kubectl: Kubectl;
  /** Image that holds the namespaces of a Pod; it has to be imported before the first Pod starts. */
  pauseImage: string;
  progress: Progress;
}

const CONTROL_PLANE_TIMEOUT_MS = 120_000;
const NODE_TIMEOUT_MS = 90_000;
/** A process that has ended so often since we look is not going to come up. */
const HOPELESS_RESTARTS = 4;

/**
 * Starts the control plane and waits until the API answers; starts the rest and waits until the node is Ready. What runs
 * already is left alone, unless its configuration has changed.
 */
export async function startNode(options: StartNodeOptions): Promise<void> {
  const { layout, progress } = options;
  const specs = await progress.step(
    'Start the control plane',
    (report) => startControlPlane(options, report),
    {
      log: join(layout.logs, 'kube-apiserver.log'),
    },
  );
  await progress.step('Start the node', (report) => startKubelet(options, specs, report), {
    log: join(layout.logs, 'kubelet.log'),
  });
}

async function startControlPlane(options: StartNodeOptions, report: Report): Promise<ProcessSpec[]> {
  const { layout } = options;
  report('certificates');
  await writeIdentities(layout);
  report('the machine');
  await prepareMachine(layout.machine);
  const specs = await writeConfiguration(options, await readMachineTraits());
  await startSupervisor(layout);
  for (const spec of specs.filter(({ name }) => isFirst(name))) await writeSpec(layout.processes, spec);
  report('waiting for the API server');
  await waitForApiServer(layout);
  report('waiting for containerd');
  await waitForContainerd(layout);
  return specs;
}

async function startKubelet(
  options: StartNodeOptions,
  specs: readonly ProcessSpec[],
  report: Report,
): Promise<void> {
  const { kubectl, layout } = options;
  await kubectl.apply(nodeAccess);
  for (const spec of specs.filter(({ name }) => !isFirst(name))) await writeSpec(layout.processes, spec);
  report('waiting until it is Ready');
  const names = specs.map(({ name }) => name);
  await waitUntilHealthy(layout, names, {
    what: 'the node did not become Ready',
    timeoutMs: NODE_TIMEOUT_MS,
    intervalMs: 1000,
    culprit: 'kubelet',
    isHealthy: async () => isNodeReady(kubectl),
  });
}

async function isNodeReady(kubectl: Kubectl): Promise<boolean> {
  const ready = '{.status.conditions[?(@.type=="Ready")].status}';
  const { stdout } = await kubectl.try('get', 'node', settings.nodeName, `--output=jsonpath=${ready}`);
  return stdout === 'True';
}

function isFirst(name: string): boolean {
  return firstProcesses.some((first) => first === name);
}

async function writeIdentities(layout: NodeLayout): Promise<void> {
  const subjects = {
    nodeName: settings.nodeName,
    nodeAddress: settings.nodeAddress,
    apiServerAddresses: [settings.nodeAddress],
    serviceAddress: settings.apiServiceAddress,
  };
  await ensureClusterPki(layout.pki, subjects, new Date());
  await writeUserKubeconfig(layout, 'admin', layout.kubeconfig);
  for (const user of kubeconfigUsers) {
    await writeUserKubeconfig(layout, user, join(layout.kubeconfigs, `${user}.kubeconfig`));
  }
}

async function writeUserKubeconfig(layout: NodeLayout, userName: string, path: string): Promise<void> {
  const content = renderKubeconfig({
    clusterName: settings.clusterName,
    server: apiServerUrl,
    authority: await readFile(join(layout.pki, 'ca.crt'), 'utf8'),
    userName,
    client: await readKeyPair(layout.pki, userName),
  });
  await replaceFile(path, content, 0o600);
}

async function writeConfiguration(options: StartNodeOptions, traits: MachineTraits): Promise<ProcessSpec[]> {
  const { layout, programs } = options;
  const files = renderConfigFiles(layout, traits, options.pauseImage);
  for (const [name, content] of Object.entries(files) as [keyof NodeConfigFiles, string][]) {
    await replaceFile(join(layout.config, name), content);
  }
  for (const folder of [layout.run, layout.volumes, layout.podLogs, layout.images]) {
    await mkdir(folder, { recursive: true });
  }
  const containerdBinary = await findOnPath('containerd');
  if (containerdBinary === undefined) throw new LauncherError('containerd is not installed');
  const proxyEnvironment = proxyVariables(process.env);
  const specs = processSpecs({ layout, files, programs, containerdBinary, proxyEnvironment });
  for (const { name } of specs)
    await replaceLink(
      name === 'containerd' ? containerdBinary : join(programs, name),
      join(layout.bin, name),
    );
  return specs;
}

function proxyVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

async function waitForApiServer(layout: NodeLayout): Promise<void> {
  const endpoint = {
    url: `${apiServerUrl}/readyz`,
    authority: await readFile(join(layout.pki, 'ca.crt'), 'utf8'),
    client: await readKeyPair(layout.pki, 'admin'),
  };
  await waitUntilHealthy(layout, ['etcd', 'kube-apiserver'], {
    what: 'the API server did not become ready',
    timeoutMs: CONTROL_PLANE_TIMEOUT_MS,
    intervalMs: 250,
    culprit: 'kube-apiserver',
    isHealthy: async () => (await statusOf(endpoint)) === 200,
  });
}

async function waitForContainerd(layout: NodeLayout): Promise<void> {
  await waitUntilHealthy(layout, ['containerd'], {
    what: 'containerd did not become ready',
    timeoutMs: 30_000,
    intervalMs: 250,
    culprit: 'containerd',
    isHealthy: async () =>
      (await tryRun('ctr', ['--address', layout.containerdSocket, 'version'], { timeoutMs: 2000 })).code ===
      0,
  });
}

interface Health {
  what: string;
  timeoutMs: number;
  intervalMs: number;
  /** Process whose log tells why, when none of them keeps ending. */
  culprit: string;
  isHealthy: () => Promise<boolean>;
}

/** Waits, but not for a process that ends again and again. */
async function waitUntilHealthy(layout: NodeLayout, names: readonly string[], health: Health): Promise<void> {
  const before = await restartsOf(layout, names);
  await waitFor(
    async () => {
      if (await health.isHealthy()) return true;
      const now = await restartsOf(layout, names);
      const failing = names.find(
        (name) => (now.get(name) ?? 0) - (before.get(name) ?? 0) >= HOPELESS_RESTARTS,
      );
      if (failing !== undefined) throw await failure(layout, `${failing} ends again and again`, failing);
      return false;
    },
    { ...health, timeout: () => failure(layout, health.what, health.culprit) },
  );
}

async function restartsOf(layout: NodeLayout, names: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) {
    counts.set(name, (await supervisedProcess(layout, name)).record?.restarts ?? 0);
  }
  return counts;
}

async function failure(layout: NodeLayout, what: string, process: string): Promise<LauncherError> {
  const logFile = join(layout.logs, `${process}.log`);
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const tail = text
    .trimEnd()
    .split('\n')
    .slice(-4)
    .map((line) => `    ${line.slice(0, 300)}`);
  return new LauncherError([`${what}; the last lines of ${process}:`, ...tail].join('\n'), {
    remedy: 'run ./chatplatform up again, or start afresh with ./chatplatform down',
    logFile,
  });
}
