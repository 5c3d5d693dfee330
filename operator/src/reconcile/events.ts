import type { VersionStatus } from '../api/index.ts';
import type { Condition, EventDetails } from '../runtime/index.ts';

type Conditions = readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[];

const find = (conditions: Conditions, type: string) =>
  conditions.find((condition) => condition.type === type);

function flipped(type: string, before: Conditions, now: Conditions): Conditions[number] | undefined {
  const [was, is] = [find(before, type), find(now, type)];
  return is !== undefined && was?.status !== is.status ? is : undefined;
}

function readiness(before: Conditions, now: Conditions): EventDetails[] {
  const ready = flipped('Ready', before, now);
  if (ready?.status === 'True') {
    return [{ type: 'Normal', reason: 'Ready', action: 'RollOut', note: ready.message }];
  }
  // A platform that has never been ready has nothing to lose: its first steps are told by Progressing.
  if (ready === undefined || find(before, 'Ready') === undefined) return [];
  return [{ type: 'Normal', reason: 'NotReady', action: 'RollOut', note: ready.message }];
}

function trouble(before: Conditions, now: Conditions): EventDetails[] {
  const is = find(now, 'Degraded');
  const was = find(before, 'Degraded');
  if (is?.status === 'True' && (was?.status !== 'True' || was.reason !== is.reason)) {
    return [{ type: 'Warning', reason: is.reason, action: 'Reconcile', note: is.message }];
  }
  if (is?.status === 'False' && was?.status === 'True') {
    return [{ type: 'Normal', reason: 'Recovered', action: 'Reconcile', note: `over: ${was.message}` }];
  }
  return [];
}

function availability(before: Conditions, now: Conditions): EventDetails[] {
  const available = flipped('Available', before, now);
  if (available?.status !== 'False' || find(before, 'Available') === undefined) return [];
  return [{ type: 'Warning', reason: 'NotAvailable', action: 'Observe', note: available.message }];
}

function pausing(before: Conditions, now: Conditions): EventDetails[] {
  const paused = flipped('Paused', before, now);
  if (paused === undefined) return [];
  if (paused.status === 'True') {
    return [{ type: 'Normal', reason: 'Paused', action: 'Pause', note: paused.message }];
  }
  if (find(before, 'Paused') === undefined) return [];
  return [{ type: 'Normal', reason: 'Resumed', action: 'Resume', note: paused.message }];
}

/** What a person should be told of, when the conditions go from `before` to `now`: changes only, never states. */
export function eventsOf(before: Conditions, now: Conditions): readonly EventDetails[] {
  return [
    ...pausing(before, now),
    ...trouble(before, now),
    ...availability(before, now),
    ...readiness(before, now),
  ];
}

/** What a person should be told of an upgrade; that it was taken back is told by Degraded. */
export function upgradeEvents(
  before: VersionStatus | undefined,
  now: VersionStatus | undefined,
): readonly EventDetails[] {
  if (before?.current === undefined || now === undefined) return [];
  const { current = '', target = '', phase } = now;
  const event = (reason: string, note: string): EventDetails[] => [
    { type: 'Normal', reason, action: 'Upgrade', note },
  ];
  if (current !== before.current) return event('UpgradeCompleted', `version ${current} serves`);
  if (phase === before.phase) return [];
  if (phase === 'Upgrading') return event('UpgradeStarted', `from ${current} to ${target}`);
  if (phase === 'Held') return event('UpgradeHeld', `version ${target} waits for the maintenance window`);
  return [];
}
