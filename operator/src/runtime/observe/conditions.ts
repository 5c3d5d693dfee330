import type { Clock } from '../clock.ts';
import type { Condition, ConditionDecision } from './types.ts';

/** RFC 3339 with whole seconds, as metav1.Time is written. */
export const formatTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** RFC 3339 with microseconds, as metav1.MicroTime insists on. */
export const formatMicroTime = (ms: number): string => new Date(ms).toISOString().replace(/Z$/, '000Z');

/**
 * The conditions to store for what was decided, in that order. A condition's transition time moves only when its
 * status flips, so that "since when" stays true. What was not decided again is dropped.
 */
export const mergeConditions = (
  current: readonly Condition[],
  decisions: readonly ConditionDecision[],
  clock: Clock,
): Condition[] =>
  decisions.map((decision) => {
    const before = current.find(({ type }) => type === decision.type);
    const lastTransitionTime =
      before?.status === decision.status ? before.lastTransitionTime : formatTime(clock.now());
    return { ...decision, lastTransitionTime };
  });
