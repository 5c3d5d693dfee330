import { countWrites, isLease } from '../cluster/audit.ts';
import { fill } from '../population/fill.ts';
import type { Section } from '../../report/figure.ts';
import { createAtOnce, createNamespaces, planPlatforms } from '../subject/platforms.ts';
import type { ScenarioContext } from './scenario.ts';
import { settle, untilAudited, untilLookedAt } from './settle.ts';

const QUIET_MS = 10_000;

/**
 * Brings the population to what the scenarios that follow want, as far as it gets in time. Measures nothing, but fails when
 * the operator finds anything to do about what has been made.
 */
export async function grow(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, cluster, population, report, interrupted } = context;
  if (population.platforms === 0) await makeFirst(context);
  const present = population.platforms;
  if (options.idle <= present) return [];
  await settle(context, QUIET_MS);
  const [model, ...plans] = [...planPlatforms(1, 1), ...planPlatforms(present + 1, options.idle - present)];
  if (model === undefined) throw new Error('there is no platform to make others after');
  await population.restart(() =>
    cluster.withoutControllers(async () => {
      population.platforms += await fill(model, plans, {
        ...context,
        until: performance.now() + options.limitSeconds * 1000,
        report: (made) => report(`${present + made} of ${options.idle} platforms`),
      });
      await untilAudited(interrupted);
      await cluster.audit.read();
    }),
  );
  report(`${population.platforms} platforms, the operator looks at each of them`);
  await untilLookedAt(context);
  await untilAudited(interrupted);
  const writes = (await cluster.audit.read()).filter((write) => !isLease(write));
  if (writes.length === 0) return [];
  const what = [...countWrites(writes)].map(([name, count]) => `${name} ${count}`).join(', ');
  throw new Error(`what was made is not as the operator makes it: it has written ${what}`);
}

async function makeFirst(context: ScenarioContext): Promise<void> {
  const plans = planPlatforms(1, 1);
  await createNamespaces(
    context.cluster,
    plans.map(({ namespace }) => namespace),
  );
  await createAtOnce(plans, context);
  context.population.platforms = plans.length;
}
