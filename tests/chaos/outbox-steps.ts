import type { Tripwire } from '@chatplatform/kit/testing/tcp-proxy';
import type { Company } from './company.ts';
import type { Pod } from './plan.ts';
import type { Ways, World } from './world/world.ts';

/** Where a chat Pod can die between being asked to send a message and having told everybody of it. */
export interface OutboxStep {
  readonly name: string;
  readonly way: keyof Ways;
  /** What comes by at that moment, and whether it still arrives. */
  readonly wire: (text: string) => Tripwire;
  /** The Pod dies once the sender has its answer: then no retry tells the others of the message. */
  readonly answered?: true;
}

const asked = (containing: string, passes: boolean): Tripwire => ({ from: 'client', containing, passes });
/** How the relay takes what is published out of the outbox. */
const MARK = '$unset';

export const OUTBOX_STEPS: readonly OutboxStep[] = [
  { name: 'before the write', way: 'chatToStore', wire: (text) => asked(text, false) },
  { name: 'after the write, before it knows', way: 'chatToStore', wire: (text) => asked(text, true) },
  { name: 'before the gateways are told', way: 'chatToRedis', wire: (text) => asked(text, false) },
  {
    name: 'before the gateways are told, when the sender has its answer',
    way: 'chatToRedis',
    wire: (text) => asked(text, false),
    answered: true,
  },
  { name: 'before the event is published', way: 'chatToBroker', wire: (text) => asked(text, false) },
  {
    name: 'after it is published, before it is confirmed',
    way: 'chatToBroker',
    wire: (text) => asked(text, true),
  },
  { name: 'after it is confirmed, before it is marked', way: 'chatToStore', wire: () => asked(MARK, false) },
  { name: 'after it is marked, before it knows', way: 'chatToStore', wire: () => asked(MARK, true) },
];

/** Somebody says something, the Pod that is asked dies at this step, and comes back. */
export async function dieAt(world: World, company: Company, step: OutboxStep, text: string): Promise<void> {
  const pods: readonly Pod[] = [0, 1];
  // Whichever of the two it is.
  const tripped = Promise.race(
    pods.map(async (pod) => {
      await world.ways[pod][step.way].tripwire(step.wire(text));
      return pod;
    }),
  );
  const [speaker] = company.participants;
  const said = speaker?.say(company.channelIds[0] ?? '', text);
  const pod = await tripped;
  if (step.answered) await said;
  await world.chats[pod].kill();
  await world.heal();
  await said;
}
