import { setTimeout as pause } from 'node:timers/promises';
import { type Company, gatherCompany } from './company.ts';
import { inflict } from './faults.ts';
import type { History } from './history.ts';
import type { Participant } from './participant.ts';
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

async function play(world: World, { steps, seed }: Plan, company: Company): Promise<void> {
  const startedAt = Date.now();
  const faults: Promise<void>[] = [];
  for (const [index, step] of steps.entries()) {
    await pause(Math.max(0, startedAt + step.atMs - Date.now()));
    if (step.do === 'fault') faults.push(inflict(world, step));
    // What is refused is the checker's to judge.
    else act(company, step, `seed ${seed}, ${index}`).catch(() => undefined);
  }
  await Promise.all(faults);
}

interface Acting {
  readonly actor: Participant;
  /** Of every channel. */
  readonly owner: Participant;
  readonly channelId: string;
  readonly text: string;
}

type Act = Exclude<Step, { do: 'fault' }>;
type Acts = { [D in Act['do']]: (acting: Acting, step: Extract<Act, { do: D }>) => unknown };

const ACTS: Acts = {
  say: ({ actor, channelId, text }) => actor.say(channelId, text),
  read: ({ actor, channelId }) => actor.client.markRead(channelId),
  edit: ({ actor, channelId, text }, { pick }) => actor.edit(channelId, pick, text),
  delete: ({ actor, channelId }, { pick }) => actor.remove(channelId, pick),
  react: ({ actor, channelId }, { pick }) => actor.react(channelId, pick),
  go: ({ actor, owner, channelId }, { oneself }) =>
    (oneself ? actor : owner).ask((api) => api.removeMember(channelId, actor.userId)),
  come: ({ actor, owner, channelId }, { oneself }) =>
    (oneself ? actor : owner).ask((api) => api.addMember(channelId, actor.userId)),
};

async function act({ participants, channelIds }: Company, step: Act, text: string): Promise<void> {
  const [actor, owner] = [participants[step.person], participants[0]];
  const channelId = channelIds[step.channel];
  if (actor === undefined || owner === undefined || channelId === undefined)
    throw new Error(`nobody and nowhere: ${JSON.stringify(step)}`);
  // The table pairs each step with its act; TypeScript cannot follow the pairing through the lookup.
  await (ACTS[step.do] as (acting: Acting, step: Act) => unknown)({ actor, owner, channelId, text }, step);
}
