import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryFixed, arbitrarySpec, GIVEN_SECRET } from '../test/arbitrary-spec.ts';
import { eventually } from '../test/api-server.ts';
import { PlatformBench, condition, demo } from '../test/platform-bench.ts';
import { predictableEntropy } from '../test/platform-of.ts';
import { worldOf } from '../test/world.ts';
import type { ChatPlatformSpec } from './api/index.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { KINDS } from './platform/kinds.ts';
import { isInvalid, isNotFound, type ResourceRef } from './runtime/index.ts';

const bench = PlatformBench.use();

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2);

/** What a failure prints as `seed` and `path`, to see it again. */
const REPLAY = {
  ...(process.env['FUZZ_SEED'] !== undefined && { seed: Number(process.env['FUZZ_SEED']) }),
  ...(process.env['FUZZ_PATH'] !== undefined && { path: process.env['FUZZ_PATH'] }),
};

type Step =
  | { what: 'spec'; spec: ChatPlatformSpec }
  /** By hand, on whatever object of the platform `pick` leads to. */
  | { what: 'delete' | 'edit'; pick: number }
  | { what: 'settle' };

const history = arbitraryFixed.chain((fixed) => {
  const spec = arbitrarySpec(fixed);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: spec.map((each) => ({ what: 'spec' as const, spec: each })) },
    fc.record({ what: fc.constantFrom('delete' as const, 'edit' as const), pick: fc.nat() }),
    fc.constant({ what: 'settle' as const }),
  );
  return fc.record({ first: spec, steps: fc.array(step, { minLength: 1, maxLength: 5 }) });
});

/** Whether nothing in it makes the operator wait: a closed window may hold a restart back for days. */
const isFree = ({ paused, maintenanceWindow }: ChatPlatformSpec): boolean =>
  paused !== true && maintenanceWindow === undefined;

const at = (namespace: string) => ({ namespace, name: 'demo' });

const accepted = (write: Promise<unknown>): Promise<boolean> =>
  write.then(
    () => true,
    (error: unknown) => {
      if (isInvalid(error)) return false;
      throw error;
    },
  );

/** Credentials over volumes, and what has a finalizer of its own, have tests of their own. */
const TOUCHABLE: readonly ResourceRef[] = [
  KINDS.configMap,
  KINDS.service,
  KINDS.deployment,
  KINDS.statefulSet,
  KINDS.job,
  KINDS.networkPolicy,
  KINDS.podDisruptionBudget,
  KINDS.horizontalPodAutoscaler,
  KINDS.ingress,
];

const byHand = async (namespace: string, { what, pick }: Extract<Step, { pick: number }>): Promise<void> => {
  const kind = TOUCHABLE[pick % TOUCHABLE.length] ?? KINDS.service;
  const { items } = await bench.client.list(kind, { namespace });
  const victim = items[pick % Math.max(1, items.length)];
  if (!victim || victim.metadata.labels?.['app.kubernetes.io/instance'] !== 'demo') return;
  const place = { namespace, name: victim.metadata.name };
  const edit = { metadata: { labels: { 'app.kubernetes.io/component': 'edited' } } };
  const touched =
    what === 'delete' ? bench.client.delete(kind, place) : bench.client.mergePatch(kind, place, edit);
  await Promise.resolve(touched).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
};

/** The world once the platform is Ready and nothing moves any more. */
const settledWorld = async (namespace: string) => {
  await bench.untilReady(namespace);
  let before = '';
  return eventually(
    'nothing moves',
    async () => {
      const world = await worldOf(bench.client, namespace);
      const now = JSON.stringify(world);
      const same = now === before && condition(await bench.statusOf(namespace), 'Ready')?.status === 'True';
      before = now;
      if (same) return world;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return undefined;
    },
    60_000,
  );
};

const isClaim = (name: string) => name.startsWith('PersistentVolumeClaim');

/** Those with specs that the API server takes: its CEL rules are the last word on what is valid. */
const withoutRefused = async (
  namespace: string,
  { first, steps }: { first: ChatPlatformSpec; steps: Step[] },
): Promise<{ first: ChatPlatformSpec; steps: Step[] }> => {
  const takes = (spec: ChatPlatformSpec) =>
    accepted(bench.client.create(CHAT_PLATFORM, { ...demo(namespace), spec }, { dryRun: true }));
  fc.pre(await takes(first));
  const taken = await Promise.all(steps.map((step) => step.what !== 'spec' || takes(step.spec)));
  const kept = steps.filter((_, index) => taken[index]);
  fc.pre(kept.some(({ what }) => what === 'spec'));
  return { first, steps: kept };
};

test(
  `random specs, edits of them and changes by hand end as a fresh apply of the last spec does (${RUNS} runs)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        const namespace = await bench.server.namespace();
        const { first, steps } = await withoutRefused(namespace, drawn);
        const keys = ['username', 'password', 'token', 'connectionString', 'accessKeyId', 'secretAccessKey'];
        const files = ['service-account.json', 'ca.crt', 'tls.crt', 'tls.key', 'value'];
        await bench.client.create(KINDS.secret, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { namespace, name: GIVEN_SECRET },
          stringData: Object.fromEntries([...keys, ...files].map((key) => [key, `${key} of a test`])),
        });
        const { stop } = await bench.startIn(
          namespace,
          {},
          { entropy: predictableEntropy(), withPlatform: false },
        );
        let last = first;
        await bench.client.create(CHAT_PLATFORM, { ...demo(namespace), spec: first });
        for (const step of steps) {
          if (step.what === 'settle') {
            if (isFree(last)) await bench.untilReady(namespace);
          } else if (step.what !== 'spec') await byHand(namespace, step);
          else {
            const replace = [{ op: 'replace' as const, path: '/spec', value: step.spec }];
            // Some rules compare with the spec before.
            if (await accepted(bench.client.jsonPatch(CHAT_PLATFORM, at(namespace), replace)))
              last = step.spec;
          }
        }
        if (!isFree(last)) {
          const { paused: _paused, maintenanceWindow: _window, ...free } = last;
          last = free;
          const patch = { spec: { paused: null, maintenanceWindow: null } };
          await bench.client.mergePatch(CHAT_PLATFORM, at(namespace), patch);
        }
        const edited = await settledWorld(namespace);

        await bench.client.delete(CHAT_PLATFORM, at(namespace));
        await bench.untilGone(namespace);
        for (const name of await bench.namesOf(KINDS.persistentVolumeClaim, namespace))
          await bench.client.delete(KINDS.persistentVolumeClaim, { namespace, name });
        await eventually(
          'its volumes are gone',
          async () => (await bench.namesOf(KINDS.persistentVolumeClaim, namespace)).length === 0,
        );
        await bench.client.create(CHAT_PLATFORM, { ...demo(namespace), spec: last });
        const fresh = await settledWorld(namespace);
        // The volume of a store that has since become external is kept: nobody said that its data may go.
        const comparable = Object.entries(edited).filter(([name]) => !isClaim(name) || name in fresh);
        expect(Object.keys(fresh).length).toBeGreaterThan(30);
        expect(Object.fromEntries(comparable)).toEqual(fresh);
        await stop();
      }),
      { ...REPLAY, numRuns: RUNS, endOnFailure: process.env['FUZZ_SHRINK'] === undefined, verbose: 1 },
    );
  },
  60_000 + RUNS * 120_000,
);
