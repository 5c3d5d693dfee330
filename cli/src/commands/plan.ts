import { readFile } from 'node:fs/promises';
import { SECRET_PROPAGATION_SECONDS, systemEntropy } from '@chatplatform/operator/environment';
import type { ClusterDns } from '@chatplatform/operator/environment';
import { rehearse } from '@chatplatform/operator/rehearsal/rehearse';
import { isBeingDeleted, isNotFound, keyOf } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { CliError, UsageError } from '../cli-error.ts';
import type { Command } from '../command-line/command.ts';
import { OUTPUT_OPTION, PLATFORM } from '../command-line/options.ts';
import type { Arguments } from '../command-line/parse.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterDns } from '../cluster/dns.ts';
import { findOperators, operatorFor } from '../cluster/operators.ts';
import type { InstalledOperator } from '../cluster/operators.ts';
import { findPlatform, listPlatforms } from '../cluster/platforms.ts';
import { EXIT } from '../exit-codes.ts';
import { render } from '../output/print.ts';
import { parseManifests } from '../plan/manifest.ts';
import type { Manifests } from '../plan/manifest.ts';
import { planOf } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import { renderPlan } from '../plan/render.ts';
import { submissionFor, submit } from '../plan/submit.ts';
import type { Session } from '../session.ts';
import { clientVersion } from '../version.ts';

/** A platform as it is and as it would be. */
interface Intent {
  readonly live: KubeObject | undefined;
  readonly wanted: KubeObject;
}

interface Situation {
  readonly cluster: Cluster;
  readonly client: string;
  readonly operators: readonly InstalledOperator[] | undefined;
  readonly dns: ClusterDns;
  readonly signal: AbortSignal;
}

async function read(session: Session, file: string): Promise<string> {
  if (file === '-') return session.readInput();
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
  });
}

async function liveOf({ client }: Cluster, object: KubeObject, signal: AbortSignal) {
  const { namespace = '', name } = object.metadata;
  try {
    return await client.get(CHAT_PLATFORM, { namespace, name }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function placed(object: KubeObject, cluster: Cluster, args: Arguments): KubeObject {
  const { namespace } = object.metadata;
  const asked = args.text('namespace');
  if (namespace !== undefined && asked !== undefined && namespace !== asked) {
    throw new UsageError(
      `the file says metadata.namespace ${namespace}, the command line --namespace ${asked}`,
      'leave one of them out',
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: namespace ?? cluster.namespace } };
}

async function intentions(
  { cluster, signal }: Situation,
  manifests: Manifests,
  args: Arguments,
): Promise<Intent[]> {
  const intents: Intent[] = [];
  for (const platform of manifests.platforms) {
    const object = placed(platform, cluster, args);
    const live = await liveOf(cluster, object, signal);
    const submission = submissionFor(live, args.text('field-manager'));
    intents.push({ live, wanted: await submit(cluster.client, object, live, { submission, signal }) });
  }
  return intents;
}

function warningsOf(
  { client, operators }: Situation,
  operator: InstalledOperator | undefined,
  others: readonly KubeObject[],
): string[] {
  const foreign = others.map(({ kind, metadata }) => `${kind} ${metadata.name} in the file is not planned`);
  if (operators === undefined) {
    return [
      'you may not look for the operator: its version and images are taken to be the usual ones',
      ...foreign,
    ];
  }
  if (operator === undefined) return ['no operator looks after this namespace: nobody would act', ...foreign];
  const { version = client } = operator;
  if (version === client) return foreign;
  return [`this plans as operator ${client} would; the one that runs is ${version}`, ...foreign];
}

function refuseDeleted(live: KubeObject | undefined): void {
  if (live === undefined || !isBeingDeleted(live)) return;
  throw new CliError(`${keyOf(live)} is being deleted`, {
    remedy: 'wait until it is gone: kubectl chatplatform status shows what it waits for',
  });
}

async function planFor(
  situation: Situation,
  { live, wanted }: Intent,
  others: readonly KubeObject[],
): Promise<Plan> {
  const { cluster, client, operators = [], dns, signal } = situation;
  refuseDeleted(live);
  const operator = operatorFor(operators, wanted.metadata.namespace ?? '');
  const { images = {}, version = client } = operator ?? {};
  const spec = (wanted['spec'] ?? {}) as Record<string, unknown>;
  const rehearsal = await rehearse({
    client: cluster.client,
    // What is paused is planned as if it were resumed: otherwise there would be nothing to see.
    platform: { ...wanted, spec: { ...spec, paused: false } },
    images,
    environment: {
      version,
      dns,
      entropy: systemEntropy,
      // Time does not pass in a rehearsal.
      secretPropagationMs: SECRET_PROPAGATION_SECONDS * 1000,
    },
    signal,
  });
  return planOf({
    live,
    wanted,
    rehearsal,
    operatorVersion: version,
    paused: spec['paused'] === true,
    warnings: warningsOf(situation, operator, others),
  });
}

async function plans(session: Session, args: Arguments, cluster: Cluster): Promise<Plan[]> {
  const { signal } = session;
  const file = args.text('filename');
  const manifests = file === undefined ? undefined : parseManifests(await read(session, file), file);
  // Says what is missing before anything else does, when it is the CRD.
  await listPlatforms(cluster, cluster.namespace, signal);
  const situation: Situation = {
    cluster,
    client: await clientVersion(),
    operators: await findOperators(cluster, signal),
    dns: await clusterDns(
      cluster,
      { server: args.text('dns-server'), domain: args.text('cluster-domain') ?? 'cluster.local' },
      signal,
    ),
    signal,
  };
  if (manifests !== undefined) {
    const intents = await intentions(situation, manifests, args);
    const found: Plan[] = [];
    for (const intent of intents) found.push(await planFor(situation, intent, manifests.others));
    return found;
  }
  const live = await findPlatform(cluster, args.positional, signal);
  return [await planFor(situation, { live, wanted: live }, [])];
}

export const plan: Command = {
  name: 'plan',
  summary: 'Show what applying a file would create, change, restart and delete, and in which order.',
  description:
    "Runs the operator's own reconcile against the cluster with every write a server-side dry run: nothing is stored.\n" +
    'Shown are the fields that differ, which Pods are replaced and why, and the order with its gates. Values of secrets\n' +
    'are not shown. Without -f: what the operator would do to the platform as it is, such as undo changes by hand.\n' +
    'The file is taken to be applied the way it was last time (kubectl apply, or server-side by the same manager).\n' +
    'Needs the right to read the objects of the platform, its Secrets too, and to patch them (for the dry run).\n' +
    'Exit code: 0 nothing would change, 2 something would, 1 the plan could not be made.',
  positional: PLATFORM,
  options: {
    filename: {
      type: 'string',
      short: 'f',
      value: 'FILE',
      text: 'File with the ChatPlatform; - is standard input.',
    },
    'field-manager': {
      type: 'string',
      value: 'NAME',
      text: 'Plan for a server-side apply by this manager (default: the way it was applied last).',
    },
    'cluster-domain': {
      type: 'string',
      value: 'DOMAIN',
      text: "The cluster's DNS domain.",
      default: 'cluster.local',
    },
    'dns-server': {
      type: 'string',
      value: 'ADDRESS',
      text: 'DNS server that Pods are given (default: that of Service kube-system/kube-dns).',
    },
    ...OUTPUT_OPTION,
  },
  examples: [
    ['kubectl chatplatform plan -f platform.yaml', 'Before kubectl apply -f platform.yaml'],
    ['kubectl chatplatform plan -f platform.yaml -o json', 'In CI: exit code 2 asks for an approval'],
    ['kubectl chatplatform plan demo', 'What has been changed by hand, and would be undone'],
  ],
  run: (session, args) => {
    if (args.text('filename') !== undefined && args.positional !== undefined) {
      throw new UsageError('give a file or the name of a platform, not both');
    }
    return session.withCluster(args, async (cluster) => {
      const found = await plans(session, args, cluster);
      const value = found.length === 1 ? found[0] : found;
      const human = () => found.map((one) => renderPlan(one, session.style)).join('\n');
      session.out.write(render(args.format, value, human));
      return found.some(({ changes }) => changes) ? EXIT.changes : EXIT.ok;
    });
  },
};
