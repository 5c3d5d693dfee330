import { type Random, seededRandom } from './random.ts';

/** What can befall the platform. Everything is healed again; who was killed is started again. */
export const FAULTS = [
  'kill-gateway',
  'kill-chat',
  'kill-redis',
  'kill-store',
  'kill-broker',
  'flush-redis',
  'cut-clients',
  'silence-clients',
  'delay-clients',
  'cut-store',
  'silence-store',
  'cut-redis',
  'cut-broker',
  'cut-gateway-from-chat',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Which of two Pods. */
export type Pod = 0 | 1;

export type Step = { readonly atMs: number } & (
  | { readonly do: 'say' | 'read'; readonly person: number; readonly channel: number }
  /** `pick`: which of the messages there are, 0 <= x < 1. */
  | {
      readonly do: 'edit' | 'delete' | 'react';
      readonly person: number;
      readonly channel: number;
      readonly pick: number;
    }
  /** By oneself, or by the owner. */
  | {
      readonly do: 'go' | 'come';
      readonly person: number;
      readonly channel: number;
      readonly oneself: boolean;
    }
  | { readonly do: 'fault'; readonly fault: Fault; readonly pod: Pod; readonly forMs: number }
);

export interface Plan {
  readonly seed: number;
  readonly people: number;
  readonly channels: number;
  /** In order of time. */
  readonly steps: readonly Step[];
}

const LASTS_MS = 4_000;
const PEOPLE = 5;
/** The owner of every channel, who stays. */
const OWNER = 0;
/** One for those who are invited, and one that anybody may join. */
const CHANNELS = 2;
const COMINGS_AND_GOINGS = 3;
const CHANGES = { edit: 10, delete: 4, react: 12 } as const;

/** What happens in the run of this seed: the same for the same seed, whatever the machine. */
export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const steps: Step[] = [];
  const somebody = () => ({ person: random.integer(PEOPLE), channel: random.integer(CHANNELS) });
  for (let count = 40 + random.integer(40); count > 0; count -= 1)
    steps.push({ atMs: random.integer(LASTS_MS), do: 'say', ...somebody() });
  for (let count = 10; count > 0; count -= 1)
    steps.push({ atMs: random.integer(LASTS_MS), do: 'read', ...somebody() });
  for (const [what, times] of Object.entries(CHANGES) as [keyof typeof CHANGES, number][])
    for (let count = times; count > 0; count -= 1)
      steps.push({
        atMs: 500 + random.integer(LASTS_MS - 500),
        do: what,
        ...somebody(),
        pick: random.next(),
      });
  for (let count = COMINGS_AND_GOINGS; count > 0; count -= 1) steps.push(...comingAndGoing(random));
  for (let count = 2 + random.integer(2); count > 0; count -= 1)
    steps.push({
      atMs: 200 + random.integer(LASTS_MS - 1000),
      do: 'fault',
      fault: random.pick(FAULTS),
      pod: random.pick<Pod>([0, 1]),
      forMs: 100 + random.integer(1500),
    });
  return { seed, people: PEOPLE, channels: CHANNELS, steps: steps.sort((a, b) => a.atMs - b.atMs) };
}

/** Somebody goes, and comes back or does not. */
function comingAndGoing(random: Random): Step[] {
  const person = OWNER + 1 + random.integer(PEOPLE - 1);
  const channel = random.integer(CHANNELS);
  const goesAt = 300 + random.integer(LASTS_MS - 1000);
  const isPublic = channel > 0;
  const gone: Step = { atMs: goesAt, do: 'go', person, channel, oneself: random.next() < 0.5 };
  if (random.next() < 0.4) return [gone];
  const atMs = goesAt + 100 + random.integer(LASTS_MS - goesAt - 100);
  return [gone, { atMs, do: 'come', person, channel, oneself: isPublic }];
}
