import { effectiveSpec } from '@chatplatform/operator/api/index';
import type { ChatPlatformSpec } from '@chatplatform/operator/api/index';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import type { Rehearsal, RehearsedChange } from '@chatplatform/operator/rehearsal/rehearse';
import { fieldChanges } from './diff.ts';
import type { FieldChange } from './diff.ts';
import { restartOf } from './restarts.ts';
import type { ChangedConfiguration, Restart } from './restarts.ts';

export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete';
  readonly kind: string;
  readonly name: string;
  /** Fields that differ; only of updates. */
  readonly fields: readonly FieldChange[];
  readonly restart?: Restart;
  /** Replicas before and after, where that is all it takes. */
  readonly scale?: { readonly from: number; readonly to: number };
  /** A Job that is run. */
  readonly runs?: boolean;
}

export interface PlannedStep {
  /** The operator's step: a stage of the rollout, `credentials`, `prune`. */
  readonly name: string;
  /** Whether what the steps before have begun must serve first. */
  readonly waits: boolean;
  readonly changes: readonly PlannedChange[];
}

/** The whole of `plan -o json`. */
export interface Plan {
  readonly namespace: string;
  readonly name: string;
  /** Whether anything at all would change. */
  readonly changes: boolean;
  /** Whether the platform exists. */
  readonly exists: boolean;
  readonly version: { readonly from?: string | undefined; readonly to: string };
  /** What applying the file changes in the resource itself. */
  readonly resource: readonly FieldChange[];
  readonly steps: readonly PlannedStep[];
  /** The operator does none of it before the platform is resumed. */
  readonly paused: boolean;
  /** Conditions that would not be as they should in the end, were everything to go well. */
  readonly problems: readonly string[];
  /** What the plan had to assume. */
  readonly warnings: readonly string[];
  readonly url?: string;
}

const replicasOf = (object: KubeObject | undefined) =>
  (object?.['spec'] as { replicas?: number } | undefined)?.replicas;

function scaleOf(before: KubeObject | undefined, after: KubeObject | undefined): PlannedChange['scale'] {
  const [from, to] = [replicasOf(before), replicasOf(after)];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function plannedChange(change: RehearsedChange, changed: ChangedConfiguration): PlannedChange | undefined {
  const { action, before, after } = change;
  const object = after ?? before;
  if (object === undefined) return undefined;
  const { kind, metadata } = object;
  const base = { action, kind, name: metadata.name };
  if (before === undefined || after === undefined) {
    return { ...base, fields: [], ...(action === 'create' && kind === KINDS.job.kind && { runs: true }) };
  }
  const fields = fieldChanges(before, after);
  // Only the applier's own annotation would move: nothing anybody could notice.
  if (fields.length === 0) return undefined;
  const restart = restartOf(after, fields, changed);
  const scale = scaleOf(before, after);
  return { ...base, fields, ...(restart && { restart }), ...(scale && { scale }) };
}

const keyOfData = /^(?:data|stringData|binaryData)(?:\.([\w-]+)|\["([^"]+)"\])$/;

/** Which keys of which ConfigMaps and Secrets change: the reason why Pods that read them are replaced. */
function changedConfiguration(changes: readonly RehearsedChange[]): ChangedConfiguration {
  const found = new Map<string, string[]>();
  for (const { before, after } of changes) {
    if (after === undefined || (after.kind !== KINDS.configMap.kind && after.kind !== KINDS.secret.kind)) {
      continue;
    }
    const fields = before === undefined ? [] : fieldChanges(before, after);
    const keys = fields.flatMap(({ path }) => {
      const match = keyOfData.exec(path);
      return match?.[1] ?? match?.[2] ?? [];
    });
    if (keys.length > 0 || before === undefined) found.set(`${after.kind} ${after.metadata.name}`, keys);
  }
  return found;
}

/** Changes of one step are made at once: their order says nothing. */
const byKindAndName = (a: PlannedChange, b: PlannedChange) =>
  `${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1;

/** One step a run of changes with the same name; a new wave begins a step that waits. */
function stepsOf({ waves }: Rehearsal): PlannedStep[] {
  const changed = changedConfiguration(waves.flat());
  const steps: { name: string; waits: boolean; changes: PlannedChange[] }[] = [];
  waves.forEach((wave, i) => {
    let fresh = true;
    for (const change of wave) {
      const planned = plannedChange(change, changed);
      if (planned === undefined) continue;
      const last = steps.at(-1);
      if (fresh || last === undefined || last.name !== change.step) {
        steps.push({ name: change.step, waits: fresh && i > 0 && steps.length > 0, changes: [planned] });
      } else last.changes.push(planned);
      fresh = false;
    }
  });
  return steps.map((step) => ({ ...step, changes: step.changes.toSorted(byKindAndName) }));
}

/** Conditions in which a platform should not end. */
function problemsOf({ status, refusals }: Rehearsal): string[] {
  const conditions = status.conditions ?? [];
  const bad = conditions.filter(
    ({ type, status: truth }) =>
      (type === 'Degraded' && truth === 'True') || (type === 'Ready' && truth === 'False'),
  );
  const said = new Set([...refusals, ...bad.map(({ message }) => message)]);
  return [...said];
}

export interface PlanInput {
  readonly live: KubeObject | undefined;
  /** As it would be stored, paused or not. */
  readonly wanted: KubeObject;
  readonly rehearsal: Rehearsal;
  readonly operatorVersion: string;
  readonly paused: boolean;
  readonly warnings: readonly string[];
}

/** Puts a rehearsal into the terms of a plan. */
export function planOf(input: PlanInput): Plan {
  const { live, wanted, rehearsal, operatorVersion, paused, warnings } = input;
  const { namespace = '', name } = wanted.metadata;
  const resource = live === undefined ? [] : fieldChanges(live, wanted);
  const steps = stepsOf(rehearsal);
  const to = effectiveSpec((wanted['spec'] ?? {}) as ChatPlatformSpec, operatorVersion).version;
  const from = (live?.['status'] as { version?: { current?: string } } | undefined)?.version?.current;
  const { url } = rehearsal.status;
  return {
    namespace,
    name,
    changes: live === undefined || resource.length > 0 || steps.length > 0,
    exists: live !== undefined,
    version: { from, to },
    resource,
    steps,
    paused,
    problems: problemsOf(rehearsal),
    warnings,
    ...(url !== undefined && { url }),
  };
}
