import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { nodeLayout } from '@chatplatform/local/node/layout';
import { eventually } from './eventually.ts';
import { conditionOf, getJson, kubectl } from './kubectl.ts';
import type { PlatformObject } from './kubectl.ts';
import { patchSpec, platform } from './platform.ts';
import { plugin } from './plugin.ts';
import { target } from './target.ts';

const execute = promisify(execFile);

export const WORKLOADS = [
  'auth',
  'user',
  'chat',
  'media',
  'analytics',
  'gateway',
  'notification',
  'web',
] as const;
export type Workload = (typeof WORKLOADS)[number];

const MINUTE_MS = 60_000;
const containerd = nodeLayout('', '').containerdSocket;
/** Whether images can be given other versions here. */
export const isEmbeddedNode = existsSync(containerd);

interface Version {
  readonly current?: string;
  readonly phase?: string;
  readonly rolledBack?: { readonly version: string; readonly reason: string };
}

export async function versionOf(): Promise<{ found: PlatformObject; version: Version | undefined }> {
  const found = await platform();
  const status = found.status as (typeof found.status & { version?: Version }) | undefined;
  return { found, version: status?.version };
}

export const untilReady = (version?: string): Promise<true> =>
  eventually(
    `Ready${version === undefined ? '' : ` on ${version}`}`,
    async () => {
      const { found, version: seen } = await versionOf();
      const isSeen = found.status?.observedGeneration === found.metadata.generation;
      const isOn = version === undefined || (seen?.current === version && seen.phase === 'Steady');
      return isSeen && isOn && conditionOf(found, 'Ready')?.status === 'True' ? true : undefined;
    },
    { timeoutMs: 8 * MINUTE_MS, everyMs: 1_000 },
  );

export const untilRolledBack = (version: string): Promise<{ found: PlatformObject; reason: string }> =>
  eventually(
    `${version} is taken back`,
    async () => {
      const { found, version: seen } = await versionOf();
      const done = seen?.phase === 'RolledBack' && seen.rolledBack?.version === version;
      return done ? { found, reason: seen.rolledBack?.reason ?? '' } : undefined;
    },
    { timeoutMs: 8 * MINUTE_MS },
  );

/** Of all workloads, each once. */
export async function versionsRunning(): Promise<Set<string>> {
  const { items } = await getJson<{ items: { metadata: { labels: Record<string, string> } }[] }>(
    'deployments',
    ...['-n', target.namespace, '-l', `app.kubernetes.io/instance=${target.name}`],
  );
  const labels = items.map(({ metadata }) => metadata.labels['app.kubernetes.io/version']);
  return new Set(labels.filter((label) => label !== undefined));
}

/** Gives the images that run another version as well: what is not named here has no image of it. */
export async function tag(version: string, workloads: readonly Workload[]): Promise<void> {
  const { version: running } = await versionOf();
  for (const workload of workloads) {
    const image = await kubectl(
      ...['get', 'deployment', `${target.name}-${workload}`, '-n', target.namespace],
      ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
    );
    const other = image.replace(`:${running?.current ?? ''}-`, `:${version}-`);
    await execute('ctr', [
      ...['--address', containerd, '--namespace', 'k8s.io'],
      ...['images', 'tag', '--force', image, other],
    ]);
  }
}

/** Asks for a version that cannot come about, and sees it taken back and told, while what runs goes on serving. */
export async function expectTakenBack(version: string, gateTimeout: string, because: RegExp): Promise<void> {
  const { version: running } = await versionOf();
  await patchSpec({ version, upgrade: { gateTimeout } });
  const { found, reason } = await untilRolledBack(version);
  expect(reason).toMatch(because);
  expect(conditionOf(found, 'Degraded')).toMatchObject({ status: 'True', reason: 'UpgradeRolledBack' });
  expect(conditionOf(found, 'Available')?.status).toBe('True');
  expect(await versionsRunning()).toEqual(new Set([running?.current]));
  const { stdout } = await plugin(['events', '--warnings', '-o', 'json']);
  const events = JSON.parse(stdout) as { reason: string; note: string }[];
  expect(events).toContainEqual(
    expect.objectContaining({ reason: 'UpgradeRolledBack', note: expect.stringContaining(version) }),
  );
}
