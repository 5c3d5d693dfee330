import { planPlatforms, populate } from '../subject/platforms.ts';
import type { Section } from '../../report/figure.ts';
import type { ScenarioContext } from './scenario.ts';

/** Brings the population to what the scenarios that follow want, as far as it gets in time. Measures nothing. */
export async function grow(context: ScenarioContext): Promise<readonly Section[]> {
  const { options, population, report } = context;
  const present = population.platforms;
  if (options.idle <= present) return [];
  const plans = planPlatforms(present + 1, options.idle - present);
  const made = await populate(plans, {
    ...context,
    until: performance.now() + options.limitSeconds * 1000,
    report: (ready) => report(`${present + ready} of ${options.idle} platforms ready`),
  });
  population.platforms += made;
  return [];
}
