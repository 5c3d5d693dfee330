import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kubectl } from './support/kubectl.ts';
import { expectNothingLost, underLoad } from './support/load.ts';
import { everyStore, letIn, loginsNow, secretOf } from './support/logins.ts';
import { patchSpec } from './support/platform.ts';
import { target } from './support/target.ts';
import {
  WORKLOADS,
  expectTakenBack,
  isEmbeddedNode,
  tag,
  untilReady,
  versionOf,
  versionsRunning,
} from './support/versions.ts';

/**
 * The long form of what is done to a platform while people use it: no request fails, nothing is lost and nothing comes twice.
 * It takes many minutes, and a machine that does nothing else. So it is run with UNDER_LOAD=full only.
 */
const execute = promisify(execFile);
const MINUTE_MS = 60_000;
const isWanted = process.env['UNDER_LOAD'] === 'full' && isEmbeddedNode;
const inFull = isWanted ? describe : describe.skip;

let before: Awaited<ReturnType<typeof versionOf>> | undefined;
beforeAll(async () => {
  if (isWanted) before = await versionOf();
}, MINUTE_MS);
afterAll(async () => {
  if (before === undefined) return;
  const { version = null, upgrade = null } = before.found.spec;
  await patchSpec({ version, upgrade });
  await untilReady(before.version?.current);
}, 10 * MINUTE_MS);

async function expectTakenBackUnderLoad(...[version, gate, because]: Parameters<typeof expectTakenBack>) {
  expectNothingLost(await underLoad(() => expectTakenBack(version, gate, because)));
}

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

inFull('a version (needs UNDER_LOAD=full and the embedded node)', () => {
  test(
    'whose images are not to be had is taken back',
    () =>
      expectTakenBackUnderLoad('0.1.9', '10s', /^migrations to 0\.1\.9 did not come about within 10 s: .*/),
    4 * MINUTE_MS,
  );
});

inFull('upgrades and rotations (needs UNDER_LOAD=full and the embedded node)', () => {
  test(
    'an upgrade, one workload after the other',
    async () => {
      await tag('0.1.2', WORKLOADS);
      const tally = await underLoad(async () => {
        await patchSpec({ version: '0.1.2', upgrade: { gateTimeout: '2m' } });
        await untilReady('0.1.2');
      });
      expectNothingLost(tally);
      expect(await versionsRunning()).toEqual(new Set(['0.1.2']));
    },
    10 * MINUTE_MS,
  );

  test(
    'a version that breaks halfway is taken back, workload by workload',
    async () => {
      // In the order of an upgrade five are before the gateway.
      await tag(
        '0.1.3',
        WORKLOADS.filter((name) => name !== 'gateway'),
      );
      // The gates before it are to open: six migrations at once take their time.
      await expectTakenBackUnderLoad(
        '0.1.3',
        '60s',
        /^gateway on 0\.1\.3 did not come about within 60 s: .*ImagePull/,
      );
      // Every change of the spec would try it again.
      await patchSpec({ version: '0.1.2' });
      await untilReady('0.1.2');
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
      expect(await letIn(old)).toEqual(everyStore(true));
      const rotate = async (name: string) => {
        const words = ['chatplatform', 'rotate', name, `--platform=${target.name}`, '-n', target.namespace];
        await execute('kubectl', [...words, '--wait', '--timeout=15m']);
      };
      const tally = await underLoad(async () => {
        await Promise.all(rotated.map(rotate));
        await untilReady();
      });
      expectNothingLost(tally);
      const now = await secretOf('credentials');
      const same = Object.keys(kept).filter((key) => kept[key] === now[key]);
      expect(same.filter((key) => !key.startsWith('sqlserver')).sort()).toEqual(
        // The last but one goes with the addresses of pictures, which are about for two hours.
        ['adminPassword', 'azuriteKey', 'mediaUrlSigningKey', 'rabbitmqSalt'],
      );
      expect(await letIn(old)).toEqual(everyStore(false));
      expect(await letIn(await loginsNow())).toEqual(everyStore(true));
      await patchSpec({ auth: null });
      await untilReady();
    },
    20 * MINUTE_MS,
  );
});
