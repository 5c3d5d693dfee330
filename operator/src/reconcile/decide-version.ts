import type { ChatPlatformStatus, Release, VersionStatus } from '../api/index.ts';
import { defined } from '../defined.ts';
import { isSettled } from '../platform/component.ts';
import type { Gate, UpgradePlan } from '../platform/upgrade/plan.ts';
import { formatTime } from '../runtime/index.ts';
import type { Facts } from './gather.ts';
import { gateInStatus } from './plan-versions.ts';
import type { RolloutResult } from './roll-out.ts';

const REMEMBERED = 10;

/** The step that waits: of an upgrade, or of the first rollout. */
export function currentGate(
  facts: Facts,
  plan: UpgradePlan,
  { waitingFor }: RolloutResult,
): Gate | undefined {
  if (plan.gate !== undefined) return plan.gate;
  if (waitingFor === undefined) return undefined;
  const before = gateInStatus(facts);
  const since = before?.name === waitingFor.stage ? before.since : facts.now;
  return { name: waitingFor.stage, since, waitsFor: waitingFor.waitsFor };
}

export const gateStatus = ({ name, since, waitsFor }: Gate): NonNullable<ChatPlatformStatus['gate']> => ({
  name,
  since: formatTime(since),
  waitsFor,
});

/** Whether the wanted version has arrived with this look. */
function hasArrived(plan: UpgradePlan, { waitingFor, results }: RolloutResult): boolean {
  if (plan.phase === 'Upgrading') return plan.arrived;
  const settled = results.every(({ health }) => isSettled(health));
  return plan.phase === 'Installing' && waitingFor === undefined && settled;
}

/** What has just been decided about a version, to be remembered. */
function newRelease(facts: Facts, plan: UpgradePlan, arrived: boolean): Omit<Release, 'at'> | undefined {
  const before = facts.platform.status?.version;
  if (arrived) {
    return { version: facts.spec.version, outcome: before?.current === undefined ? 'Installed' : 'Upgraded' };
  }
  const isNew = plan.phase === 'RolledBack' && before?.phase !== 'RolledBack';
  if (!isNew || plan.rolledBack === undefined) return undefined;
  return { version: plan.rolledBack.version, outcome: 'RolledBack', message: plan.rolledBack.reason };
}

function remembered(history: readonly Release[], now: number, release?: Omit<Release, 'at'>): Release[] {
  if (release === undefined) return [...history];
  return [...history, { ...release, at: formatTime(now) }].slice(-REMEMBERED);
}

/** Versions as status shows them, and as the next look reads them again. */
export function decideVersion(facts: Facts, plan: UpgradePlan, rollout: RolloutResult): VersionStatus {
  const { version: before } = facts.platform.status ?? {};
  const arrived = hasArrived(plan, rollout);
  const release = newRelease(facts, plan, arrived);
  const history = remembered(before?.history ?? [], facts.now, release);
  return {
    ...defined({ current: arrived ? facts.spec.version : before?.current }),
    target: facts.spec.version,
    phase: arrived ? 'Steady' : plan.phase,
    ...defined({ rolledBack: plan.rolledBack && { ...plan.rolledBack } }),
    ...(history.length === 0 ? {} : { history }),
  };
}
