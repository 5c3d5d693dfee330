import { setTimeout as sleep } from 'node:timers/promises';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL, MANAGED_SELECTOR, objectName } from '@chatplatform/operator/platform/labels';
import { summarise } from '../../measure/summary.ts';
import type { Section } from '../../report/figure.ts';
import { planPlatforms, type PlatformPlan } from '../subject/platforms.ts';
import { Following } from '../subject/ready-watch.ts';
import type { ScenarioContext } from './scenario.ts';
import { settle } from './settle.ts';

/** The service whose replicas are edited. */
const SERVICE = 'auth';
const EFFECT_DEADLINE_MS = 60_000;
const PAUSE_MS = 100;
const QUIET_MS = 3000;

/** From an edit of one platform, among all the others that are at rest, to its Deployment. */
export async function measureEdit(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, report, interrupted } = context;
  const waiting = new Map<string, (at: number) => void>();
  const following = new Following(cluster, KINDS.deployment, {
    labelSelector: `${MANAGED_SELECTOR},${LABEL.component}=${SERVICE}`,
    onChange: ({ metadata, ...object }) => {
      const { replicas } = object['spec'] as { replicas?: number };
      const waitingFor = `${metadata.namespace ?? ''}/${metadata.name} ${replicas}`;
      waiting.get(waitingFor)?.(performance.now());
      waiting.delete(waitingFor);
    },
  });
  try {
    while (!following.hasSynced()) await sleep(50, undefined, { signal: interrupted });
    await settle(context, QUIET_MS);
    const plans = planPlatforms(1, population.platforms);
    const times: number[] = [];
    for (let edit = 0; edit < options.edits; edit += 1) {
      // In strides, so that neighbours are not edited one after the other.
      const plan = plans[(edit * 37) % plans.length];
      if (plan === undefined) throw new Error('there is no platform to edit');
      const replicas = Math.floor(edit / plans.length) % 2 === 0 ? 2 : 1;
      times.push(await timeOfEdit(plan, replicas, { context, waiting }));
      report(`${edit + 1} of ${options.edits} edits`);
      await sleep(PAUSE_MS, undefined, { signal: interrupted });
    }
    return [sectionOf(times, population.platforms)];
  } finally {
    await following.stop();
  }
}

async function timeOfEdit(
  plan: PlatformPlan,
  replicas: number,
  { context, waiting }: { context: ScenarioContext; waiting: Map<string, (at: number) => void> },
): Promise<number> {
  const { cluster, interrupted } = context;
  const name = objectName(plan, SERVICE);
  const seen = new Promise<number>((resolve) =>
    waiting.set(`${plan.namespace}/${name} ${replicas}`, resolve),
  );
  const start = performance.now();
  await cluster.client.mergePatch(CHAT_PLATFORM, plan, { spec: { services: { [SERVICE]: { replicas } } } });
  const deadline = new AbortController();
  const late = sleep(EFFECT_DEADLINE_MS, undefined, {
    signal: AbortSignal.any([deadline.signal, interrupted]),
  }).then(() => {
    throw new Error(`${name} did not get its ${replicas} replicas within ${EFFECT_DEADLINE_MS} ms`);
  });
  late.catch(() => undefined);
  try {
    return (await Promise.race([seen, late])) - start;
  } finally {
    deadline.abort();
  }
}

function sectionOf(times: readonly number[], platforms: number): Section {
  const { count, p50, p99, max } = summarise(times);
  const figure = (id: string, value: number) =>
    ({ id: `edit/${platforms}/${id}`, label: id, unit: 'ms', values: [value] }) as const;
  return {
    title: `An edit of one among ${platforms} platforms to its effect in the Deployment, ${count} edits`,
    figures: [figure('p50', p50), figure('p99', p99), figure('max', max)],
    notes: [],
  };
}
