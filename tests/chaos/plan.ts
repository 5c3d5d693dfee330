import { seededRandom } from './random.ts';

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
  | { readonly do: 'say'; readonly person: number; readonly channel: number }
  | { readonly do: 'read'; readonly person: number; readonly channel: number }
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
const CHANNELS = 2;

/** What happens in the run of this seed: the same for the same seed, whatever the machine. */
export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const steps: Step[] = [];
  const somebody = () => ({ person: random.integer(PEOPLE), channel: random.integer(CHANNELS) });
  for (let count = 40 + random.integer(40); count > 0; count -= 1)
    steps.push({ atMs: random.integer(LASTS_MS), do: 'say', ...somebody() });
  for (let count = 10; count > 0; count -= 1)
    steps.push({ atMs: random.integer(LASTS_MS), do: 'read', ...somebody() });
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
