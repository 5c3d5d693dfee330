import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { conditionOf, getJson, kubectl, kubectlApply } from './support/kubectl.ts';
import { patchSpec, platform } from './support/platform.ts';
import { target } from './support/target.ts';

/**
 * The faults that a person can cause on one node, as a kubelet and the controllers report them; the operator's own tests have
 * those that nobody can (a full volume, a node that is gone). A missing Secret: 20-push.
 */
interface Fault {
  readonly what: string;
  readonly condition: string;
  /** Words of the condition and of its event: the fault, and the remedy. */
  readonly told: readonly RegExp[];
  inject(): Promise<unknown>;
  heal(): Promise<unknown>;
}

/** The promise. */
const TOLD_WITHIN_MS = 30_000;
const QUOTA = 'too-small';
const at = ['-n', target.namespace];

/** As a quota counts them: a Pod that has run to its end is not in use. */
async function podsNow(): Promise<number> {
  const { items } = await getJson<{ items: { status: { phase: string } }[] }>('pods', ...at);
  return items.filter(({ status }) => !['Succeeded', 'Failed'].includes(status.phase)).length;
}

const faults: readonly Fault[] = [
  {
    what: 'an image that cannot be pulled',
    condition: 'MediaReady',
    told: [/(?:ErrImagePull|ImagePullBackOff)/, /check the name, the registry and the pull secret/],
    inject: () => {
      const containers = [{ name: 'media', image: 'registry.invalid/none:1' }];
      return patchSpec({ services: { media: { podTemplate: { spec: { containers } } } } });
    },
    heal: () => patchSpec({ services: null }),
  },
  {
    what: 'a quota that is too small',
    condition: 'NotificationReady',
    told: [/exceeded quota: too-small/, /raise the quota of the namespace/],
    inject: async () => {
      const metadata = { name: QUOTA, namespace: target.namespace };
      const spec = { hard: { pods: String(await podsNow()) } };
      await kubectlApply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
      await eventually('the quota to count', async () => {
        const found = await getJson<{ status?: { used?: { pods?: string } } }>('resourcequota', QUOTA, ...at);
        return found.status?.used?.pods;
      });
      await patchSpec({ services: { notification: { replicas: 3 } } });
    },
    heal: async () => {
      await kubectl('delete', 'resourcequota', QUOTA, ...at);
      await patchSpec({ services: null });
    },
  },
  {
    what: 'a store’s Pod that is killed',
    condition: 'RedisReady',
    told: [/0\/1 Pods serve/],
    inject: () => kubectl('delete', 'pod', `${target.name}-redis-0`, ...at, '--force', '--wait=false'),
    heal: async () => undefined,
  },
];

interface Event {
  note?: string;
  type?: string;
  eventTime?: string | null;
  deprecatedLastTimestamp?: string;
  series?: { lastObservedTime?: string };
}

/** Warnings told since then. */
async function warnings(since: number): Promise<string[]> {
  const { items } = await getJson<{ items: Event[] }>('events.events.k8s.io', ...at);
  return items
    .filter(({ type, series, eventTime, deprecatedLastTimestamp }) => {
      const last = series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? '';
      return type === 'Warning' && Date.parse(last) >= since - 1_000;
    })
    .map(({ note = '' }) => note);
}

const isTold = (text: string | undefined, words: readonly RegExp[]) =>
  text !== undefined && words.every((word) => word.test(text));

const untilServing = () =>
  eventually(
    'everything serves',
    async () => {
      const found = await platform();
      const isSeen = found.status?.observedGeneration === found.metadata.generation;
      return isSeen && conditionOf(found, 'Ready')?.status === 'True' ? found : undefined;
    },
    { timeoutMs: 180_000 },
  );

afterAll(async () => {
  await kubectl('delete', 'resourcequota', QUOTA, ...at, '--ignore-not-found');
  await patchSpec({ services: null });
});

describe('is told by condition and event, with its remedy, and heals by itself:', () => {
  test.each(faults)(
    '$what',
    async ({ condition, told, inject, heal }) => {
      await untilServing();
      const since = Date.now();
      await inject();
      await eventually(
        `${condition} tells`,
        async () => {
          const found = conditionOf(await platform(), condition);
          return found?.status === 'False' && isTold(found.message, told) ? true : undefined;
        },
        { timeoutMs: TOLD_WITHIN_MS, everyMs: 200 },
      );
      await eventually(
        'an event tells',
        async () => ((await warnings(since)).some((note) => isTold(note, told)) ? true : undefined),
        { timeoutMs: TOLD_WITHIN_MS },
      );
      await heal();
      const healed = await untilServing();
      expect(conditionOf(healed, condition)?.status).toBe('True');
      expect(conditionOf(healed, 'Degraded')?.status).toBe('False');
    },
    240_000,
  );
});
