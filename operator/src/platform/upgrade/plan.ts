import type { WorkloadName } from '../../api/index.ts';
import type { WorkloadVersions } from '../model.ts';

/** A step that the rest of a rollout waits for. */
export interface Gate {
  readonly name: string;
  /** Ms since the epoch. */
  readonly since: number;
  readonly waitsFor: string;
}

/** A version that was taken back, and the generation of the spec that asked for it. */
export interface RolledBack {
  readonly version: string;
  readonly generation: number;
  readonly reason: string;
}

export interface StepHealth {
  readonly settled: boolean;
  /** What it waits for or suffers from. */
  readonly message: string;
}

export interface WorkloadStep extends StepHealth {
  readonly name: WorkloadName;
  /** The version its Pods are made with; undefined when there is no such workload. */
  readonly version: string | undefined;
}

export interface UpgradeFacts {
  readonly wanted: string;
  readonly generation: number;
  /** The version that was last rolled out in full; undefined before the first. */
  readonly current: string | undefined;
  readonly rolledBack: RolledBack | undefined;
  /** What was waited for at the last look. */
  readonly gate: Gate | undefined;
  readonly policy: { readonly autoRollback: boolean; readonly gateTimeoutMs: number };
  /** When disruptive steps may begin, ms since the epoch; undefined: now. */
  readonly opensAt: number | undefined;
  readonly now: number;
  /** In the order in which they are upgraded. */
  readonly workloads: readonly WorkloadStep[];
  /** The expanding migrations of the wanted version. */
  readonly expanded: StepHealth;
}

export type UpgradePhase = 'Installing' | 'Steady' | 'Held' | 'Upgrading' | 'RollingBack' | 'RolledBack';

export interface UpgradePlan {
  readonly phase: UpgradePhase;
  /** The version each workload should run now. */
  readonly versions: WorkloadVersions;
  readonly migration: { readonly version: string; readonly phase: 'expand' | 'all' };
  /** The step that waits; undefined when all that is planned is done. */
  readonly gate?: Gate;
  /** The gate has been closed for longer than it may be. */
  readonly overdue: boolean;
  readonly rolledBack?: RolledBack;
  /** Every workload serves on the wanted version. */
  readonly arrived: boolean;
}

const everyOn = (workloads: readonly WorkloadStep[], version: string): WorkloadVersions =>
  Object.fromEntries(workloads.map(({ name }) => [name, version])) as WorkloadVersions;

const stepName = (name: WorkloadName, version: string) => `${name} on ${version}`;

interface Walk {
  readonly versions: WorkloadVersions;
  readonly waiting?: { readonly name: string; readonly waitsFor: string };
}

/**
 * Takes workloads to a version one at a time: the first that is not there or does not serve is the gate, and those
 * behind it stay where they are.
 */
function walk(order: readonly WorkloadStep[], { from, to }: { from: string; to: string }): Walk {
  const gate = order.findIndex(({ version, settled }) => version !== to || !settled);
  if (gate < 0) return { versions: everyOn(order, to) };
  const versions = order.map(({ name, version }, i) => [name, i <= gate || version === to ? to : from]);
  const step = order[gate];
  return {
    versions: Object.fromEntries(versions) as WorkloadVersions,
    ...(step === undefined ? {} : { waiting: { name: stepName(step.name, to), waitsFor: step.message } }),
  };
}

/** A gate keeps the time since when it is closed for as long as it is the same gate. */
function gateOf(waiting: NonNullable<Walk['waiting']>, { gate, now }: UpgradeFacts): Gate {
  return { ...waiting, since: gate?.name === waiting.name ? gate.since : now };
}

const isOverdue = ({ since }: Gate, { policy, now }: UpgradeFacts) => now - since >= policy.gateTimeoutMs;

function install(facts: UpgradeFacts): UpgradePlan {
  const { wanted, workloads } = facts;
  return {
    phase: 'Installing',
    versions: everyOn(workloads, wanted),
    migration: { version: wanted, phase: 'all' },
    overdue: false,
    arrived: workloads.every(({ version, settled }) => version === wanted && settled),
  };
}

/** The workload that was taken back last and does not serve yet; one that takes too long holds up no other. */
function returning(facts: UpgradeFacts, current: string): Gate | undefined {
  const step = facts.workloads.find(
    ({ name, version, settled }) =>
      version === current && !settled && facts.gate?.name === stepName(name, current),
  );
  if (step === undefined) return undefined;
  const gate = gateOf({ name: stepName(step.name, current), waitsFor: step.message }, facts);
  return isOverdue(gate, facts) ? undefined : gate;
}

/**
 * Back to the version that served, one workload at a time, the last that was changed first. Workloads that were never
 * changed are not waited for: they may falter for the very reason that is being undone.
 */
function goBack(facts: UpgradeFacts, current: string, rolledBack?: RolledBack): UpgradePlan {
  const astray = facts.workloads.filter(({ version }) => version !== undefined && version !== current);
  const waits = returning(facts, current);
  const next = waits === undefined ? astray.at(-1) : undefined;
  const gate =
    next === undefined
      ? waits
      : gateOf({ name: stepName(next.name, current), waitsFor: next.message }, facts);
  const versions = facts.workloads.map(({ name, version }) => [
    name,
    version === undefined || name === next?.name ? current : version,
  ]);
  const settledPhase = rolledBack === undefined ? 'Steady' : 'RolledBack';
  return {
    phase: gate === undefined ? settledPhase : 'RollingBack',
    versions: Object.fromEntries(versions) as WorkloadVersions,
    migration: { version: current, phase: 'all' },
    ...(gate === undefined ? {} : { gate }),
    overdue: false,
    arrived: gate === undefined && rolledBack === undefined,
    ...(rolledBack === undefined ? {} : { rolledBack }),
  };
}

/** Expands the schemas, then takes one workload after the other to the wanted version. */
function goForward(facts: UpgradeFacts, current: string): UpgradePlan {
  const { wanted, expanded, workloads, policy } = facts;
  const migration = { version: wanted, phase: 'expand' } as const;
  const { versions, waiting } = expanded.settled
    ? walk(workloads, { from: current, to: wanted })
    : {
        versions: everyOn(workloads, current),
        waiting: { name: `migrations to ${wanted}`, waitsFor: expanded.message },
      };
  if (waiting === undefined) {
    const done = { version: wanted, phase: 'all' } as const;
    return { phase: 'Upgrading', versions, migration: done, overdue: false, arrived: true };
  }
  const gate = gateOf(waiting, facts);
  const overdue = isOverdue(gate, facts);
  if (overdue && policy.autoRollback) {
    const seconds = Math.round(policy.gateTimeoutMs / 1000);
    const reason = `${gate.name} did not come about within ${seconds} s: ${gate.waitsFor}`;
    return goBack(facts, current, { version: wanted, generation: facts.generation, reason });
  }
  return { phase: 'Upgrading', versions, migration, gate, overdue, arrived: false };
}

const isBegun = ({ workloads, gate }: UpgradeFacts, wanted: string) =>
  gate?.name === `migrations to ${wanted}` || workloads.some(({ version }) => version === wanted);

/**
 * What version each workload should run, from what is there and what was waited for before. Pure: the same facts give
 * the same plan, so an operator that is replaced halfway goes on where the last one was.
 *
 * At most two versions run at once, and at most one workload changes at a time. A version that did not come to serve in
 * time is taken back and not tried again for as long as the spec stays as it is.
 */
export function planUpgrade(facts: UpgradeFacts): UpgradePlan {
  const { wanted, current, workloads, rolledBack, generation } = facts;
  if (current === undefined) return install(facts);
  const failed = rolledBack?.version === wanted && rolledBack.generation === generation;
  if (wanted === current || failed) return goBack(facts, current, failed ? rolledBack : undefined);
  // Halfway to yet another version: two are enough, so back first.
  const strays = workloads.some(
    ({ version }) => version !== undefined && version !== current && version !== wanted,
  );
  if (strays) return goBack(facts, current);
  if (facts.opensAt !== undefined && !isBegun(facts, wanted)) {
    return { ...goBack(facts, current), phase: 'Held', arrived: false };
  }
  return goForward(facts, current);
}
