import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildExitedError, startChild, whenExited } from '../processes/child.ts';
import type { Child } from '../processes/child.ts';
import { apiServerArguments } from './components/kube-apiserver.ts';
import { etcdArguments, etcdUrl } from './components/etcd.ts';
import { controllerManagerArguments } from './components/kube-controller-manager.ts';
import { findFreePorts } from './free-ports.ts';
import { replaceFile } from '../launcher/files.ts';
import { createConsoleProgress } from '../launcher/progress.ts';
import { renderKubeconfig } from './kubeconfig.ts';
import { ensureClusterPki, readKeyPair } from './pki/cluster-pki.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';
import { waitUntilReady } from './readiness.ts';

export type ControlPlaneProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

export interface ControlPlaneOptions {
  /** Where data, certificates and logs go; default: a new folder under the system's temporary one, removed by `stop`. */
  dir?: string;
  /** Port of the API server on 127.0.0.1; default: a free one. */
  port?: number;
  /**
   * Controllers of kube-controller-manager to run as well, by their names; default: none, so that no garbage is
   * collected, no namespace ends and no Deployment makes Pods. `['garbage-collector-controller', 'namespace-controller']`
   * is the usual choice of a test that looks at deletion.
   */
  controllers?: readonly string[];
  /** Added to the command lines of the programs, by their names. */
  flags?: Readonly<Partial<Record<ControlPlaneProgram, readonly string[]>>>;
  /** Folder that holds etcd and kube-apiserver; default: taken from the cache, or built first. */
  programs?: string;
  /** How long to wait for readiness, default 60 s. */
  timeoutMs?: number;
}

/** A running API server with its etcd; no node, no scheduler. */
export interface RunningControlPlane {
  /** Path of a kubeconfig with all rights. */
  kubeconfig: string;
  /** URL of the API server. */
  url: string;
  dir: string;
  /** Rejects when one of the processes ends by itself; never resolves. */
  failed: Promise<never>;
  /** Ends the processes and removes what they stored. */
  stop(): Promise<void>;
}

const SERVICE_CIDR = '10.96.0.0/16';
const ATTEMPTS = 3;
const STOP_GRACE_MS = 5000;
/** Go's default of 100 lets an API server, which lives for minutes here, spend a third of its time on collecting. */
const GARBAGE_PERCENT = '400';

/**
 * Starts a real kube-apiserver and etcd as ordinary processes on 127.0.0.1, in about five seconds.
 * They end with the calling process, whatever ends that.
 *
 * @throws ChildExitedError when one of them ends before it is ready, with the end of its log
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<RunningControlPlane> {
  const programs = options.programs ?? (await kubernetesPrograms(createConsoleProgress(process.stderr)));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(programs, options);
    } catch (error) {
      // Another process may take a free port between the moment it is found and the moment it is bound.
      const retry = error instanceof ChildExitedError && error.logTail.includes('address already in use');
      if (!retry || attempt === ATTEMPTS || options.port !== undefined) throw error;
    }
  }
}

async function startOnce(programs: string, options: ControlPlaneOptions): Promise<RunningControlPlane> {
  const dir = await makeDirectory(options.dir);
  const children: Child[] = [];
  const failures: Promise<never>[] = [];
  let stopping = false;
  const stop = async () => {
    stopping = true;
    // The API server first: without etcd it would spend its grace period on retries.
    for (const child of children.toReversed()) await child.stop(STOP_GRACE_MS);
    await rm(options.dir === undefined ? dir : join(dir, 'etcd'), { recursive: true, force: true });
  };
  try {
    const context = await prepare(dir, options.port);
    const start = async (name: ControlPlaneProgram, args: string[]) => {
      const logFile = join(dir, `${name}.log`);
      const child = await startChild({
        name,
        command: join(programs, name),
        args: [...args, ...(options.flags?.[name] ?? [])],
        env: { ...process.env, GOGC: GARBAGE_PERCENT },
        logFile,
        deathSignal: 'SIGKILL',
      });
      children.push(child);
      const failure = whenExited(child, logFile).catch((error: unknown) => {
        if (stopping) return new Promise<never>(() => undefined);
        throw error;
      });
      failure.catch(() => undefined); // whoever awaits it sees it; nobody has to
      failures.push(failure);
    };
    await start('etcd', context.etcd);
    await start('kube-apiserver', context.apiServer);
    if (options.controllers !== undefined)
      await start('kube-controller-manager', context.controllerManager(options.controllers));
    const failed = Promise.race(failures);
    failed.catch(() => undefined);
    await untilReady(context, failed, options.timeoutMs ?? 60_000);
    return { kubeconfig: context.kubeconfig, url: context.url, dir, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeDirectory(wanted: string | undefined): Promise<string> {
  const dir = wanted ?? (await mkdtemp(join(tmpdir(), 'chatplatform-control-plane-')));
  await mkdir(dir, { recursive: true });
  return dir;
}

interface Context {
  url: string;
  kubeconfig: string;
  pki: string;
  etcd: string[];
  apiServer: string[];
  controllerManager(controllers: readonly string[]): string[];
}

async function prepare(dir: string, wantedPort: number | undefined): Promise<Context> {
  const ports = await findFreePorts(4);
  const [clientPort = 0, peerPort = 0, freePort = 0, controllerManagerPort = 0] = ports;
  const port = wantedPort ?? freePort;
  const pki = join(dir, 'pki');
  await ensureClusterPki(
    pki,
    {
      nodeName: 'none',
      nodeAddress: '127.0.0.1',
      apiServerAddresses: ['127.0.0.1'],
      serviceAddress: '10.96.0.1',
    },
    new Date(),
  );
  const url = `https://127.0.0.1:${port}`;
  const kubeconfig = await writeKubeconfig(dir, url, 'admin');
  const controllerManagerKubeconfig = await writeKubeconfig(dir, url, 'kube-controller-manager');
  return {
    url,
    kubeconfig,
    pki,
    etcd: etcdArguments({
      dataDirectory: join(dir, 'etcd'),
      pkiDirectory: pki,
      clientPort,
      peerPort,
      unsafeNoFsync: true,
    }),
    apiServer: apiServerArguments({
      pkiDirectory: pki,
      etcdUrl: etcdUrl(clientPort),
      port,
      bindAddress: '127.0.0.1',
      advertiseAddress: '127.0.0.1',
      serviceCidr: SERVICE_CIDR,
      disabledAdmissionPlugins: ['ServiceAccount'],
    }),
    controllerManager: (controllers) =>
      controllerManagerArguments({
        pkiDirectory: pki,
        kubeconfig: controllerManagerKubeconfig,
        port: controllerManagerPort,
        controllers,
        volumePluginDirectory: join(dir, 'volume-plugins'),
      }),
  };
}

async function writeKubeconfig(dir: string, server: string, userName: string): Promise<string> {
  const pki = join(dir, 'pki');
  const path = join(dir, userName === 'admin' ? 'kubeconfig' : `${userName}.kubeconfig`);
  const content = renderKubeconfig({
    clusterName: 'chatplatform-control-plane',
    server,
    authority: await readFile(join(pki, 'ca.crt'), 'utf8'),
    userName,
    client: await readKeyPair(pki, userName),
  });
  await replaceFile(path, content, 0o600);
  return path;
}

async function untilReady(context: Context, failed: Promise<never>, timeoutMs: number): Promise<void> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), timeoutMs);
  try {
    const endpoint = {
      url: `${context.url}/readyz`,
      authority: await readFile(join(context.pki, 'ca.crt'), 'utf8'),
      client: await readKeyPair(context.pki, 'admin'),
    };
    await Promise.race([waitUntilReady(endpoint, waiting.signal), failed]);
    if (waiting.signal.aborted) throw new Error(`The API server was not ready within ${timeoutMs} ms.`);
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}
