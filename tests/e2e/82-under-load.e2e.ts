import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { nodeLayout } from '@chatplatform/local/node/layout';
import { eventually } from './support/eventually.ts';
import { conditionOf, getJson, kubectl } from './support/kubectl.ts';
import { underLoad } from './support/load.ts';
import type { Tally } from './support/load.ts';
import { letIn } from './support/logins.ts';
import type { Logins } from './support/logins.ts';
import { patchSpec, platform } from './support/platform.ts';
import { plugin } from './support/plugin.ts';
import { target } from './support/target.ts';

/**
 * What is done to a platform while people use it: no request fails, nothing is lost and nothing comes twice. It takes many
 * minutes, and a machine that does nothing else: on two cores that others used as well, requests were seen to time out while
 * six migrations ran. So it is run with UNDER_LOAD=full only.
 */
const execute = promisify(execFile);
const WORKLOADS = ['auth', 'user', 'chat', 'media', 'analytics', 'gateway', 'notification', 'web'] as const;
type Workload = (typeof WORKLOADS)[number];
const containerd = nodeLayout('', '').containerdSocket;
const MINUTE_MS = 60_000;
const isWanted = process.env['UNDER_LOAD'] === 'full' && existsSync(containerd);
const inFull = isWanted ? describe : describe.skip;

function expectNothingLost(tally: Tally): void {
  const { requests, acknowledged, ...trouble } = tally;
  console.log(`${requests} requests, ${acknowledged} messages acknowledged`);
  expect(trouble).toEqual({ failures: [], lost: [], doubled: [] });
  expect(acknowledged).toBeGreaterThan(requests / 4);
}

interface Version {
  readonly current?: string;
  readonly phase?: string;
  readonly rolledBack?: { readonly version: string; readonly reason: string };
}
const versionOf = async () => {
  const found = await platform();
  const status = found.status as
    (typeof found.status & { version?: Version; rotations?: unknown }) | undefined;
  return { found, version: status?.version };
};

const untilReady = (version?: string) =>
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

const untilRolledBack = (version: string) =>
  eventually(
    `${version} is taken back`,
    async () => {
      const { found, version: seen } = await versionOf();
      const done = seen?.phase === 'RolledBack' && seen.rolledBack?.version === version;
      return done ? { found, reason: seen.rolledBack?.reason ?? '' } : undefined;
    },
    { timeoutMs: 8 * MINUTE_MS },
  );

const versionsRunning = async () => {
  const { items } = await getJson<{ items: { metadata: { labels: Record<string, string> } }[] }>(
    'deployments',
    ...['-n', target.namespace, '-l', `app.kubernetes.io/instance=${target.name}`],
  );
  const labels = items.map(({ metadata }) => metadata.labels['app.kubernetes.io/version']);
  return new Set(labels.filter((label) => label !== undefined));
};

/** Gives the images that run another version as well: what is not named here has no image of it. */
async function tag(version: string, workloads: readonly Workload[]): Promise<void> {
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

async function secretOf(component: string): Promise<Record<string, string>> {
  const { data } = await getJson<{ data: Record<string, string> }>(
    ...['secret', `${target.name}-${component}`, '-n', target.namespace],
  );
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

/** As services are given them now. */
async function loginsNow(): Promise<Logins> {
  const [chat, analytics] = [await secretOf('chat'), await secretOf('analytics')];
  const user = await kubectl(
    ...['get', 'configmap', `${target.name}-analytics`, '-n', target.namespace],
    ...['-o', 'jsonpath={.data.INFLUX_USERNAME}'],
  );
  const { AMQP_URL = '', REDIS_URL = '', MONGODB_URL = '' } = chat;
  const { POSTGRES_URL = '', INFLUX_PASSWORD = '' } = analytics;
  return { AMQP_URL, REDIS_URL, MONGODB_URL, POSTGRES_URL, INFLUX_PASSWORD, INFLUX_USERNAME: user };
}

const everywhere = (is: boolean) =>
  Object.fromEntries(['rabbitmq', 'redis', 'mongodb', 'postgresql', 'influxdb'].map((name) => [name, is]));

let before: string | undefined;
afterAll(async () => {
  if (before === undefined) return;
  await patchSpec({ version: null, upgrade: null });
  await untilReady(before);
}, 10 * MINUTE_MS);

(isWanted ? test : test.skip)(
  'every service and the edge replaced at once (needs UNDER_LOAD=full and the embedded node)',
  async () => {
    const tally = await underLoad(async () => {
      const deployments = WORKLOADS.map((name) => `deployment/${target.name}-${name}`);
      await kubectl('rollout', 'restart', ...deployments, '-n', target.namespace);
      for (const deployment of deployments)
        await kubectl('rollout', 'status', deployment, '-n', target.namespace, '--timeout=4m');
      await untilReady();
    });
    expectNothingLost(tally);
  },
  6 * MINUTE_MS,
);

async function expectTakenBack(version: string, gateTimeout: string, because: RegExp): Promise<void> {
  const { version: running } = await versionOf();
  before ??= running?.current;
  const tally = await underLoad(async () => {
    await patchSpec({ version, upgrade: { gateTimeout } });
    const { found, reason } = await untilRolledBack(version);
    expect(reason).toMatch(because);
    expect(conditionOf(found, 'Degraded')).toMatchObject({ status: 'True', reason: 'UpgradeRolledBack' });
    expect(conditionOf(found, 'Available')?.status).toBe('True');
  });
  expectNothingLost(tally);
  expect(await versionsRunning()).toEqual(new Set([running?.current]));
  const { stdout } = await plugin(['events', '--warnings', '-o', 'json']);
  const events = JSON.parse(stdout) as { reason: string; note: string }[];
  expect(events).toContainEqual(
    expect.objectContaining({ reason: 'UpgradeRolledBack', note: expect.stringContaining(version) }),
  );
}

inFull('a version (needs UNDER_LOAD=full and the embedded node)', () => {
  test(
    'whose images are not to be had is taken back',
    () => expectTakenBack('0.1.9', '10s', /^migrations to 0\.1\.9 did not come about within 10 s: .*/),
    4 * MINUTE_MS,
  );
});

inFull('upgrades and rotations (needs UNDER_LOAD=full and the embedded node)', () => {
  test(
    'an upgrade, one workload after the other',
    async () => {
      const { version: running } = await versionOf();
      before ??= running?.current;
      await tag('0.1.1', WORKLOADS);
      const tally = await underLoad(async () => {
        await patchSpec({ version: '0.1.1', upgrade: { gateTimeout: '2m' } });
        await untilReady('0.1.1');
      });
      expectNothingLost(tally);
      expect(await versionsRunning()).toEqual(new Set(['0.1.1']));
    },
    10 * MINUTE_MS,
  );

  test(
    'a version that breaks halfway is taken back, workload by workload',
    async () => {
      // In the order of an upgrade five are before the gateway.
      await tag(
        '0.1.2',
        WORKLOADS.filter((name) => name !== 'gateway'),
      );
      // The gates before it are to open: six migrations at once take their time.
      await expectTakenBack(
        '0.1.2',
        '60s',
        /^gateway on 0\.1\.2 did not come about within 60 s: .*ImagePull/,
      );
    },
    10 * MINUTE_MS,
  );

  test(
    'every credential is rotated, and the old ones are refused',
    async () => {
      const rotated = ['jwt', 'internal-tokens', 'redis', 'rabbitmq', 'postgresql', 'mongodb', 'influxdb'];
      await patchSpec({ auth: { accessTokenLifetime: '1m' } });
      await untilReady();
      const kept = await secretOf('credentials');
      const old = await loginsNow();
      expect(await letIn(old)).toEqual(everywhere(true));
      const rotate = async (name: string) => {
        const words = ['chatplatform', 'rotate', name, `--platform=${target.name}`, '-n', target.namespace];
        await execute('kubectl', [...words, '--wait', '--timeout=15m']);
      };
      const tally = await underLoad(async () => {
        // Each is asked for with the version of the platform that was read: one after the other, then all go on at once.
        const waiting: Promise<void>[] = [];
        for (const name of rotated) {
          waiting.push(rotate(name));
          await eventually(`${name} is asked for`, async () => {
            const { metadata } = await platform();
            const { annotations = {} } = metadata as { annotations?: Record<string, string> };
            return annotations['chatplatform.dev/rotate']?.includes(`${name}-`) ? true : undefined;
          });
        }
        await Promise.all(waiting);
        await untilReady();
      });
      expectNothingLost(tally);
      const now = await secretOf('credentials');
      const same = Object.keys(kept).filter((key) => kept[key] === now[key]);
      expect(same.filter((key) => !key.startsWith('sqlserver')).sort()).toEqual(
        // The last but one goes with the addresses of pictures, which are about for two hours.
        ['adminPassword', 'azuriteKey', 'mediaUrlSigningKey', 'rabbitmqSalt'],
      );
      expect(await letIn(old)).toEqual(everywhere(false));
      expect(await letIn(await loginsNow())).toEqual(everywhere(true));
      await patchSpec({ auth: null });
      await untilReady();
    },
    20 * MINUTE_MS,
  );
});
