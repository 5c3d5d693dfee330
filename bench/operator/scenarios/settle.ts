import { setTimeout as sleep } from 'node:timers/promises';
import { isLease } from '../cluster/audit.ts';
import type { ScenarioContext } from './scenario.ts';

/** Lines of the audit log are written after a second at most. */
const AUDIT_DELAY_MS = 3000;
const DEADLINE_MS = 300_000;

/**
 * Waits until the operator has nothing under way and, for a while, has written nothing.
 * @param quietMs how long
 */
export async function settle(
  { cluster, population, interrupted }: Pick<ScenarioContext, 'cluster' | 'population' | 'interrupted'>,
  quietMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + DEADLINE_MS;
  for (;;) {
    await cluster.audit.read();
    await sleep(Math.max(quietMs, AUDIT_DELAY_MS), undefined, { signal: interrupted });
    const written = (await cluster.audit.read()).filter((write) => !isLease(write));
    const { busyKeys, leading } = await population.operator.state();
    if (leading && busyKeys === 0 && written.length === 0) return;
    if (performance.now() > giveUpAt)
      throw new Error(
        `the operator does not come to rest: ${busyKeys} keys, ${written.length} writes in ${quietMs} ms`,
      );
  }
}

/** Everything that was written up to now is in the log. */
export const untilAudited = (interrupted: AbortSignal): Promise<void> =>
  sleep(AUDIT_DELAY_MS, undefined, { signal: interrupted });

/** The operator has looked at every platform since it was started, and has nothing under way. */
export async function untilLookedAt({
  population,
  interrupted,
}: Pick<ScenarioContext, 'population' | 'interrupted'>): Promise<void> {
  for (;;) {
    const { leading, busyKeys, reconciles } = await population.operator.state();
    if (leading && busyKeys === 0 && reconciles >= population.platforms) return;
    await sleep(200, undefined, { signal: interrupted });
  }
}
