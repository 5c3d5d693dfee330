/** What is known of one process when the supervisor looks at it. */
export interface Observation {
  /** Hash of what should run; undefined when nothing should. */
  wanted: string | undefined;
  /** Hash of what runs; undefined when nothing does. */
  running: string | undefined;
  /** Starts that ended by themselves, one soon after another. */
  failures: number;
  /** When the last one ended, undefined for never. */
  failedAt: number | undefined;
  now: number;
}

export type Decision = 'keep' | 'start' | 'stop' | 'wait';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A process that ran for so long is taken to be well: its next end counts as the first. */
export const HEALTHY_AFTER_MS = 60_000;

/** Pause before a process that ended by itself is started again. */
export function backoffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
}

/** Level-triggered: follows from what is, not from what happened. A changed specification stops the old process first. */
export function decide(observation: Observation): Decision {
  const { wanted, running, failures, failedAt, now } = observation;
  if (running !== undefined) return running === wanted ? 'keep' : 'stop';
  if (wanted === undefined) return 'keep';
  return failedAt !== undefined && now - failedAt < backoffMs(failures) ? 'wait' : 'start';
}
