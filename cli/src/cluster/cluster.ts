import { KubernetesApiClient } from '@chatplatform/operator/runtime/client/api-client';
import { AccessError, loadAccess, loadKubeconfig, systemClock } from '@chatplatform/operator/runtime/index';
import type { ClusterAccess, KubeObject, ResourceRef } from '@chatplatform/operator/runtime/index';
import { HttpTransport } from '@chatplatform/operator/runtime/transport/http-transport';
import type { RetryPolicy } from '@chatplatform/operator/runtime/transport/retry';
import { CliError } from '../cli-error.ts';
import { chooseContext, kubeconfigFiles } from './kubeconfig.ts';

export interface ClusterOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The API server a command speaks to, by the operator's own transport and client. */
export interface Cluster {
  readonly server: URL;
  /** The one that was asked for, else the context's. */
  readonly namespace: string;
  readonly transport: HttpTransport;
  readonly client: KubernetesApiClient;
  /** What a kubectl has to be given to speak to the same cluster. */
  readonly kubectlFlags: readonly string[];
  /** Every page of a list. */
  listAll(resource: ResourceRef, options: ListAllOptions): Promise<KubeObject[]>;
  close(): void;
}

export interface ListAllOptions {
  /** Empty: all of them. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal: AbortSignal;
}

const PAGE_SIZE = 500;

/** A person waits: after a second try, better a message than a third. */
const INTERACTIVE_RETRY: RetryPolicy = {
  maxAttempts: 2,
  baseMs: 100,
  maxMs: 500,
  longestRetryAfterMs: 5_000,
};

interface Way {
  readonly access: ClusterAccess;
  readonly kubectlFlags: readonly string[];
}

async function wayIn({ kubeconfig, context, env }: ClusterOptions): Promise<Way> {
  const inPod = env['KUBERNETES_SERVICE_HOST'] !== undefined && !env['KUBECONFIG'];
  if (kubeconfig === undefined && context === undefined && inPod) {
    return { access: await loadAccess(env, systemClock), kubectlFlags: [] };
  }
  const choice = await chooseContext(kubeconfigFiles(kubeconfig, env), context);
  const kubectlFlags = [`--kubeconfig=${choice.file}`, `--context=${choice.context}`];
  return { access: await loadKubeconfig(choice.file, systemClock, choice.context), kubectlFlags };
}

/** @throws CliError when no way into a cluster is described */
export async function connect(options: ClusterOptions): Promise<Cluster> {
  const { access, kubectlFlags } = await wayIn(options).catch((error: unknown) => {
    if (error instanceof AccessError) throw new CliError(error.message, { cause: error });
    throw error;
  });
  const transport = new HttpTransport({
    access,
    clock: systemClock,
    random: Math.random,
    userAgent: 'kubectl-chatplatform',
    retry: INTERACTIVE_RETRY,
  });
  const client = new KubernetesApiClient(transport);
  const namespace = options.namespace ?? access.namespace;
  return {
    server: access.server,
    namespace,
    transport,
    client,
    kubectlFlags,
    listAll: async (resource, { signal, ...scope }) => {
      const items: KubeObject[] = [];
      for (let next = ''; ;) {
        const page = await client.list(resource, { ...scope, limit: PAGE_SIZE, continue: next, signal });
        items.push(...page.items);
        next = page.continue;
        if (next === '') return items;
      }
    },
    close: () => transport.close(),
  };
}
