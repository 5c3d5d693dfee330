import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import type { KubeObject, Key } from '@chatplatform/operator/runtime/object';
import { parse } from 'yaml';
import { z } from 'zod';
import { NAMESPACES } from '../cluster/account.ts';
import type { BenchCluster } from '../cluster/cluster.ts';
import type { ReadyWatch } from './ready-watch.ts';

/** A platform of the smallest example, in a namespace of its own. */
export interface PlatformPlan {
  readonly namespace: string;
  readonly name: string;
}

const manifest = z.object({ spec: z.record(z.string(), z.unknown()) });

/** The spec that is measured: what a person who wants to look at it writes. */
export async function exampleSpec(root: string): Promise<Record<string, unknown>> {
  return manifest.parse(parse(await readFile(join(root, 'examples', 'development.yaml'), 'utf8'))).spec;
}

/** @param first number of the first one, from 1 */
export const planPlatforms = (first: number, count: number): PlatformPlan[] =>
  Array.from({ length: count }, (_, index) => {
    const number = String(first + index).padStart(4, '0');
    return { namespace: `bench-${number}`, name: `chat-${number}` };
  });

export const keyOfPlan = ({ namespace, name }: PlatformPlan): Key => `${namespace}/${name}`;

export const platformObject = (plan: PlatformPlan, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: CHAT_PLATFORM.apiVersion,
  kind: CHAT_PLATFORM.kind,
  metadata: { ...plan },
  spec,
});

export async function createNamespaces(
  { client }: Pick<BenchCluster, 'client'>,
  names: readonly string[],
): Promise<void> {
  const create = (name: string) =>
    client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await Promise.all(names.map(create));
}

export interface Creation {
  readonly cluster: Pick<BenchCluster, 'client'>;
  readonly watch: ReadyWatch;
  readonly spec: Record<string, unknown>;
  readonly interrupted: AbortSignal;
}

/**
 * Creates all at once, in namespaces that are there.
 * @returns by platform: milliseconds from the moment the first was sent until it was seen to be ready
 */
export async function createAtOnce(plans: readonly PlatformPlan[], creation: Creation): Promise<number[]> {
  const { cluster, watch, spec, interrupted } = creation;
  const start = performance.now();
  await Promise.all(plans.map((plan) => cluster.client.create(CHAT_PLATFORM, platformObject(plan, spec))));
  const readyAt = await Promise.all(plans.map((plan) => watch.untilReady(keyOfPlan(plan), interrupted)));
  return readyAt.map((at) => at - start);
}
