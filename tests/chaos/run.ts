import { setTimeout as pause } from 'node:timers/promises';
import { type Company, gatherCompany } from './company.ts';
import { inflict } from './faults.ts';
import type { History } from './history.ts';
import { type Plan, planOf, type Step } from './plan.ts';
import type { World } from './world/world.ts';

export interface Run {
  readonly plan: Plan;
  readonly history: History;
  /** How long after the last fault was healed everybody had caught up, in ms; undefined when they had not in time. */
  readonly caughtUpMs: number | undefined;
}

/** One run: people talk while things break, everything is healed, everybody catches up, and the logs are gathered. */
export async function run(world: World, seed: number): Promise<Run> {
  const plan = planOf(seed);
  const company = await gatherCompany(world, plan);
  try {
    await play(world, plan, company);
    await world.heal();
    const healedAt = Date.now();
    const caughtUp = await company.catchUp();
    const caughtUpMs = caughtUp ? Date.now() - healedAt : undefined;
    return { plan, history: await company.gather(), caughtUpMs };
  } finally {
    company.leave();
  }
}

async function play(
  world: World,
  { steps, seed }: Plan,
  { participants, channelIds }: Company,
): Promise<void> {
  const startedAt = Date.now();
  const faults: Promise<void>[] = [];
  let spoken = 0;
  const act = (step: Step): void => {
    if (step.do === 'fault') {
      faults.push(inflict(world, step));
      return;
    }
    const channelId = channelIds[step.channel] ?? '';
    const participant = participants[step.person];
    if (step.do === 'read') participant?.client.markRead(channelId);
    else {
      spoken += 1;
      // A refusal is the checker's to find.
      participant?.say(channelId, `seed ${seed}, ${spoken}`).catch(() => undefined);
    }
  };
  for (const step of steps) {
    await pause(Math.max(0, startedAt + step.atMs - Date.now()));
    act(step);
  }
  await Promise.all(faults);
}
