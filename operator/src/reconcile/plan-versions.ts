import { durationSeconds } from '../api/index.ts';
import type { WorkloadName } from '../api/index.ts';
import { defined } from '../defined.ts';
import { isSettled } from '../platform/component.ts';
import type { ComponentHealth } from '../platform/component.ts';
import { allOn, imagesFor } from '../platform/images.ts';
import { KINDS } from '../platform/kinds.ts';
import { LABEL, objectName } from '../platform/labels.ts';
import type { Platform } from '../platform/model.ts';
import { UPGRADE_ORDER } from '../platform/rollout.ts';
import { migrations } from '../platform/services/migrations.ts';
import { opensAt } from '../platform/upgrade/maintenance-window.ts';
import { planUpgrade } from '../platform/upgrade/plan.ts';
import type { Gate, StepHealth, UpgradePlan, WorkloadStep } from '../platform/upgrade/plan.ts';
import { deploymentHealth } from '../platform/workload-health.ts';
import type { Dependencies, Facts } from './gather.ts';

const stepHealth = (health: ComponentHealth): StepHealth => ({
  settled: isSettled(health),
  message: health.message || health.reason,
});

function workloadStep(
  { name: platform }: Platform,
  { observed, missing }: Facts,
  name: WorkloadName,
): WorkloadStep {
  const deployment = objectName({ name: platform }, name);
  const version = observed.get(KINDS.deployment, deployment)?.metadata.labels?.[LABEL.version];
  const lacking = missing.find(({ reference }) => reference.users.includes(name))?.message;
  const health = stepHealth(deploymentHealth(observed, name, deployment));
  return { name, version, ...health, ...defined({ message: lacking ?? health.message }) };
}

/** What was waited for at the last look, as it is kept in status. */
export function gateInStatus({ platform }: Facts): Gate | undefined {
  const gate = platform.status?.gate;
  return gate === undefined ? undefined : { ...gate, since: Date.parse(gate.since) };
}

/** Which version each workload should run now. */
export function planVersions(
  { images }: Pick<Dependencies, 'images'>,
  facts: Facts,
  platform: Platform,
): UpgradePlan {
  const { spec, observed, now } = facts;
  const { metadata, status } = facts.platform;
  const expanding: Platform = {
    ...platform,
    migration: { version: spec.version, phase: 'expand', images: imagesFor(allOn(spec.version), images) },
  };
  return planUpgrade({
    wanted: spec.version,
    generation: metadata.generation,
    current: status?.version?.current,
    rolledBack: status?.version?.rolledBack,
    gate: gateInStatus(facts),
    policy: {
      autoRollback: spec.upgrade.autoRollback,
      gateTimeoutMs: durationSeconds(spec.upgrade.gateTimeout) * 1000,
    },
    opensAt: opensAt(spec.maintenanceWindow, now),
    now,
    workloads: UPGRADE_ORDER.map((name) => workloadStep(platform, facts, name)),
    expanded: stepHealth(migrations.health(expanding, observed)),
  });
}
