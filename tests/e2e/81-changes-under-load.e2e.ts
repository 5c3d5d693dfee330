import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { kubectl } from './support/kubectl.ts';
import { expectNothingLost, startLoad } from './support/load.ts';
import type { RunningLoad } from './support/load.ts';
import { STORES, everyStore, letIn, loginsNow } from './support/logins.ts';
import type { Logins } from './support/logins.ts';
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
 * A version that cannot come, one that can, and new logins for all stores, while people use the platform: no request fails,
 * nothing is lost, nothing comes twice. Side by side, for the time it takes; 82 has each for itself and under more load.
 * No request is repeated. What is said by socket is the client's to bring home: it says it again under the same id until it
 * is acknowledged, as it does for everybody.
 */
const MINUTE_MS = 60_000;
/** Five requests a second: what comes of each is counted, and the machine that is tested on may be small. */
const EVERY_MS = 200;
const NEXT = '0.1.1';
/** Nobody has images of it. */
const BROKEN = '0.1.9';

const rotations = async () => {
  const { found } = await versionOf();
  const status = found.status as { rotations?: { name: string; phase: string }[] } | undefined;
  return (status?.rotations ?? []).filter(({ name }) => STORES.includes(name));
};

const untilAll = (phase: RegExp) =>
  eventually(
    `all logins are ${phase}`,
    async () => {
      const all = await rotations();
      return all.length === STORES.length && all.every((one) => phase.test(one.phase)) ? true : undefined;
    },
    { timeoutMs: 5 * MINUTE_MS },
  );

(isEmbeddedNode ? describe : describe.skip)('while people use it (needs the embedded node)', () => {
  let load: RunningLoad | undefined;
  let old: Logins;

  beforeAll(async () => {
    await untilReady();
    old = await loginsNow();
    load = await startLoad(EVERY_MS);
    const request = STORES.map((name) => `${name}-${Date.now()}`).join(',');
    await kubectl(
      ...['annotate', 'chp', target.name, '-n', target.namespace, '--overwrite'],
      `chatplatform.dev/rotate=${request}`,
    );
  }, 10 * MINUTE_MS);
  afterAll(async () => {
    load?.leave();
    // Whoever comes next finds nothing under way.
    await untilAll(/^Done$/);
  }, 5 * MINUTE_MS);

  test(
    'a version whose images are not to be had is taken back',
    () => expectTakenBack(BROKEN, '10s', /^migrations to 0\.1\.9 did not come about within 10 s: ./),
    4 * MINUTE_MS,
  );

  test(
    'the next version comes, one workload after the other',
    async () => {
      await tag(NEXT, WORKLOADS);
      await patchSpec({ version: NEXT, upgrade: { gateTimeout: '3m' } });
      await untilReady(NEXT);
      expect(await versionsRunning()).toEqual(new Set([NEXT]));
    },
    8 * MINUTE_MS,
  );

  test(
    'the logins of all stores are others, and the old ones are refused',
    async () => {
      await untilAll(/^(?:Revoking|Done)$/);
      await eventually(
        'the old ones to be refused',
        async () => (Object.values(await letIn(old)).includes(true) ? undefined : true),
        { timeoutMs: 2 * MINUTE_MS },
      );
      expect(await letIn(await loginsNow())).toEqual(everyStore(true));
    },
    8 * MINUTE_MS,
  );

  test(
    'and meanwhile no request failed, nothing was lost, and nothing came twice',
    async () => {
      if (load === undefined) throw new Error('there was no load');
      expectNothingLost(await load.end());
    },
    2 * MINUTE_MS,
  );
});
