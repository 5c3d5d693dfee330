import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArtifactContext, ensureKubernetes, ensureKwok } from '@chatplatform/local/artifacts/index';
import { startControlPlane } from '@chatplatform/local/cluster/control-plane';
import type { Progress } from '@chatplatform/local/launcher/progress';
import { findProcesses } from '@chatplatform/local/node/supervisor/proc';
import { customResourceDefinition } from '@chatplatform/operator/api/index';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KubernetesApiClient } from '@chatplatform/operator/runtime/client/api-client';
import { systemClock } from '@chatplatform/operator/runtime/clock';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/object';
import { HttpTransport } from '@chatplatform/operator/runtime/transport/http-transport';
import { loadKubeconfig } from '@chatplatform/operator/runtime/transport/kubeconfig';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOperatorAccount, OPERATOR_USER } from './account.ts';
import { writesServed } from './api-metrics.ts';
import { AuditLog, auditPolicy } from './audit.ts';
import { Actors } from './actors.ts';
import { NODE_API_FLAGS, NODE_OBJECTS } from './kwok.ts';

/** A real API server, etcd and controllers; KWOK takes the part of a node. */
export interface BenchCluster {
  /** With all rights, on as many connections as it is asked for at once. */
  readonly client: KubernetesApiClient;
  /** Path of the operator's kubeconfig. */
  readonly operatorKubeconfig: string;
  /** Writes of the operator's account. */
  readonly audit: AuditLog;
  /** By name: the processes that share the machine with the operator. */
  processes(): ReadonlyMap<string, number>;
  /** Leaders of their process groups, but for those that are in the bench's own. */
  groups(): readonly number[];
  /** Writes that the API server has answered so far, by whomever. */
  writesServed(): Promise<number>;
  /** Neither controllers nor the node do anything while `work` lasts; after it they find what it has left. */
  withoutControllers<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The repository's root. */
  readonly root: string;
  readonly dir: string;
  readonly progress: Progress;
  /** Connections of the client. */
  readonly connections: number;
}

export async function startCluster(options: ClusterOptions): Promise<BenchCluster> {
  const { root, dir, progress, connections } = options;
  const artifacts = createArtifactContext({ progress, repository: root });
  const [programs, kwokProgram] = await Promise.all([ensureKubernetes(artifacts), ensureKwok(artifacts)]);
  const policyFile = join(dir, 'audit-policy.json');
  const auditFile = join(dir, 'audit.log');
  await writeFile(policyFile, auditPolicy(OPERATOR_USER));
  await writeFile(auditFile, '');
  const plane = await progress.step('API server, etcd', () =>
    startControlPlane({
      programs,
      dir: join(dir, 'control-plane'),
      flags: controlPlaneFlags(policyFile, auditFile),
    }),
  );
  const undo = [() => plane.stop()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const access = await loadKubeconfig(plane.kubeconfig, systemClock);
    const transport = new HttpTransport({
      access,
      clock: systemClock,
      random: Math.random,
      maxConnections: connections,
      timeoutMs: 120_000,
    });
    undo.push(() => Promise.resolve(transport.close()));
    const client = new KubernetesApiClient(transport);
    await prepare(client);
    const operatorKubeconfig = join(dir, 'operator.kubeconfig');
    const authority = await readFile(join(plane.dir, 'pki', 'ca.crt'), 'utf8');
    await createOperatorAccount({ client, transport, url: plane.url, authority, file: operatorKubeconfig });
    const actors = new Actors({
      programs,
      kwok: kwokProgram,
      kubeconfig: plane.kubeconfig,
      planeDir: plane.dir,
      dir,
    });
    undo.push(() => actors.stop());
    await progress.step('controllers, KWOK', () => actors.start());
    const servers = await processesOf(plane.dir);
    return {
      client,
      operatorKubeconfig,
      audit: new AuditLog(auditFile),
      processes: () => new Map([...servers, ...actors.pids]),
      groups: () => [...actors.pids.values()],
      withoutControllers: (work) => actors.without(work),
      writesServed: async () => writesServed(await metricsOf(transport)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const controlPlaneFlags = (policyFile: string, auditFile: string) => ({
  // A thousand platforms and what became of them since the last compaction do not fit in the default 2 GiB.
  etcd: [`--quota-backend-bytes=${8 * 2 ** 30}`],
  'kube-apiserver': [
    ...NODE_API_FLAGS,
    `--audit-policy-file=${policyFile}`,
    `--audit-log-path=${auditFile}`,
    '--audit-log-mode=batch',
    '--audit-log-maxsize=4096',
    '--etcd-compaction-interval=1m',
    '--event-ttl=10m',
  ],
});

const refOf = (object: { apiVersion: string; kind: string }, plural: string): ResourceRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  plural,
  namespaced: false,
});

/** The CRD, the node, and the policy that puts Pods on it. */
async function prepare(client: KubernetesApiClient): Promise<void> {
  const crd = customResourceDefinition() as unknown as KubeObject;
  await client.create(refOf(crd, 'customresourcedefinitions'), crd);
  const { node, policy, binding } = NODE_OBJECTS;
  await client.create(refOf(node, 'nodes'), { ...node });
  await client.create(refOf(policy, 'mutatingadmissionpolicies'), { ...policy });
  await client.create(refOf(binding, 'mutatingadmissionpolicybindings'), { ...binding });
  for (;;) {
    const served = await client.list(CHAT_PLATFORM, { limit: 1 }).then(
      () => true,
      () => false,
    );
    if (served) return;
    await sleep(100);
  }
}

async function processesOf(dir: string): Promise<[string, number][]> {
  const names = ['etcd', 'kube-apiserver'];
  const found = await Promise.all(
    names.map(async (name): Promise<[string, number][]> => {
      const pids = await findProcesses(
        ([command = '', ...args]) => command.endsWith(`/${name}`) && args.some((arg) => arg.includes(dir)),
      );
      return pids.map((pid) => [name, pid]);
    }),
  );
  return found.flat();
}

/** Of the API server; text, so not by the client. */
async function metricsOf(transport: HttpTransport): Promise<string> {
  const call = {
    method: 'GET',
    path: '/metrics',
    accept: 'text/plain',
    idempotent: true,
    verb: 'get',
    resource: 'metrics',
  } as const;
  const lines: string[] = [];
  for await (const line of transport.lines(call)) lines.push(line);
  return lines.join('\n');
}
