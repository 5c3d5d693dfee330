import { stringify } from 'yaml';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { MANAGED_SELECTOR } from '@chatplatform/operator/platform/labels';
import { secretValues } from '@chatplatform/operator/platform/secrets/credentials';
import { ApiError } from '@chatplatform/operator/runtime/index';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/index';
import type { Cluster } from '../cluster/cluster.ts';
import { EVENTS } from '../cluster/events.ts';
import type { InstalledOperator } from '../cluster/operators.ts';
import { readLog, sourcesOf } from '../logs/sources.ts';
import type { LogSource } from '../logs/sources.ts';
import { podSelector } from '../status/report.ts';

/** Contents by path inside the bundle. */
export type Bundle = Map<string, string>;

export interface CollectOptions {
  readonly cluster: Cluster;
  readonly platform: KubeObject;
  readonly operators: readonly InstalledOperator[];
  /** How far back logs go. */
  readonly sinceSeconds: number;
  readonly signal: AbortSignal;
  /** Told of what could not be read. */
  readonly onGap: (what: string, why: string) => void;
}

/** Enough to see what led to a fault, and little enough to be sent by mail. */
const LINES_PER_CONTAINER = 5_000;

export interface Collected {
  /** As read: secrets are still in it. */
  readonly objects: readonly KubeObject[];
  readonly logs: ReadonlyMap<string, string>;
  /** Values that must not be handed on. */
  readonly secrets: ReadonlySet<string>;
}

const yaml = (value: unknown) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** A bundle with gaps is better than none: each is noted. */
async function orGap<T>(
  what: string,
  { onGap, signal }: CollectOptions,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted || !(error instanceof ApiError)) throw error;
    // A kind whose CRD is not there is no gap.
    if (error.status !== 404) onGap(what, error.message.slice(error.request.length + 2));
    return undefined;
  }
}

async function objectsOf(options: CollectOptions): Promise<KubeObject[]> {
  const { cluster, platform, signal } = options;
  const { namespace = '', name } = platform.metadata;
  const selector = `${MANAGED_SELECTOR},app.kubernetes.io/instance=${name}`;
  const lists = await Promise.all([
    ...Object.values<ResourceRef>(KINDS).map((kind) =>
      orGap(kind.plural, options, () =>
        cluster.listAll(kind, { namespace, labelSelector: selector, signal }),
      ),
    ),
    orGap('events', options, () => cluster.listAll(EVENTS, { namespace, signal })),
  ]);
  return [platform, ...lists.flatMap((list) => list ?? [])];
}

/** Every Secret of the namespace, foreign ones too: their values may have found their way into a log. */
async function secretsOf(options: CollectOptions): Promise<Set<string>> {
  const { cluster, platform, signal } = options;
  const namespace = platform.metadata.namespace ?? '';
  const found = await orGap('values of Secrets', options, () =>
    cluster.listAll(KINDS.secret, { namespace, signal }),
  );
  return new Set((found ?? []).flatMap((secret) => Object.values(secretValues(secret))));
}

async function operatorSources(options: CollectOptions): Promise<LogSource[]> {
  const { cluster, operators, signal } = options;
  const labelSelector = 'app.kubernetes.io/name=chatplatform-operator';
  const lists = await Promise.all(
    operators.map(({ namespace }) =>
      orGap('Pods of the operator', options, () =>
        cluster.listAll(KINDS.pod, { namespace, labelSelector, signal }),
      ),
    ),
  );
  return sourcesOf(lists.flatMap((list) => list ?? []));
}

async function logsOf(options: CollectOptions): Promise<Map<string, string>> {
  const { cluster, platform, sinceSeconds, signal } = options;
  const { namespace = '', name } = platform.metadata;
  const { resource, labelSelector } = podSelector(name);
  const pods = await orGap('Pods', options, () =>
    cluster.listAll(resource, { namespace, labelSelector, signal }),
  );
  const sources = [...sourcesOf(pods ?? []), ...(await operatorSources(options))];
  const logs = new Map<string, string>();
  for (const source of sources) {
    for (const previous of [false, true]) {
      const path = `logs/${source.pod}/${source.container}${previous ? '.previous' : ''}.log`;
      const text = await orGap(path, options, async () => {
        const lines: string[] = [];
        const from = previous ? {} : { sinceSeconds };
        const read = readLog(cluster, source, { ...from, previous, tailLines: LINES_PER_CONTAINER, signal });
        for await (const line of read) lines.push(`${line.time} ${line.text}`);
        return lines.join('\n');
      });
      if (text !== undefined && text !== '') logs.set(path, `${text}\n`);
    }
  }
  return logs;
}

/** Reads everything that helps to understand what a platform suffers from. */
export async function collect(options: CollectOptions): Promise<Collected> {
  const [objects, secrets, logs] = await Promise.all([
    objectsOf(options),
    secretsOf(options),
    logsOf(options),
  ]);
  return { objects, secrets, logs };
}

/** `objects/Deployment/demo-chat.yaml`. */
export const objectPath = ({ kind, metadata }: KubeObject): string => `objects/${kind}/${metadata.name}.yaml`;

export const objectText = (object: KubeObject): string => yaml(object);
