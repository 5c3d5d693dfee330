import { setTimeout } from 'node:timers/promises';

export interface GatheringOptions {
  /** Keys of one question. */
  readonly atMost: number;
  /** Questions under way at once; what is asked for beyond that is gathered. @default 1 */
  readonly atOnce?: number;
  /**
   * After a question that so many had asked for, the next one waits: when a crowd comes back, longer questions save more
   * time than they take. Leave it out for what somebody waits for who is not part of a crowd.
   */
  readonly crowd?: {
    readonly askers: number;
    readonly pause: () => Promise<void>;
  };
}

const CROWD_ASKERS = 8;
const CROWD_PAUSE_MS = 25;
/** For reads that only those make who come back or open something. */
export const WITH_CROWDS = {
  askers: CROWD_ASKERS,
  pause: () => setTimeout(CROWD_PAUSE_MS),
} satisfies GatheringOptions['crowd'];

interface Asked<K, V> {
  readonly keys: readonly K[];
  readonly resolve: (found: ReadonlyMap<K, V>) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers reads by key: while enough questions are under way, what is asked for meanwhile goes into the next one, each key
 * once. When thousands come back at the same moment and want the same, the store is asked a few times instead of thousands;
 * when few do, nothing waits. A question is put only after all it answers was asked for, so an answer is never older than
 * that of a question of one's own: who reads after a change sees the change.
 *
 * @param read the values of those keys that have one
 * @returns the same for as many askers; each gets its own keys. A question that fails fails for all it was put for
 */
export function gatherReads<K, V>(
  read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
  { atMost, atOnce = 1, crowd }: GatheringOptions,
): (keys: readonly K[]) => Promise<ReadonlyMap<K, V>> {
  const waiting: Asked<K, V>[] = [];
  let underWay = 0;

  /** At least one asker, however much it asks for. */
  const nextGroup = (): { askers: Asked<K, V>[]; keys: K[] } => {
    const keys = new Set<K>();
    let taken = 0;
    for (const asked of waiting) {
      const more = asked.keys.filter((key) => !keys.has(key));
      if (taken > 0 && keys.size + more.length > atMost) break;
      for (const key of more) keys.add(key);
      taken += 1;
    }
    return { askers: waiting.splice(0, taken), keys: [...keys] };
  };

  const put = async (): Promise<void> => {
    const { askers, keys } = nextGroup();
    underWay += 1;
    try {
      const found = await read(keys);
      for (const { keys: own, resolve } of askers) resolve(pick(found, own));
    } catch (error) {
      for (const { reject } of askers) reject(error);
    }
    if (crowd !== undefined && askers.length >= crowd.askers) await crowd.pause();
    underWay -= 1;
    if (waiting.length > 0) void put();
  };

  return (keys) => {
    if (keys.length === 0) return Promise.resolve(new Map());
    return new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject });
      if (underWay < atOnce) void put();
    });
  };
}

function pick<K, V>(found: ReadonlyMap<K, V>, keys: readonly K[]): ReadonlyMap<K, V> {
  const own = new Map<K, V>();
  for (const key of keys) {
    const value = found.get(key);
    if (value !== undefined) own.set(key, value);
  }
  return own;
}
