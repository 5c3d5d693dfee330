import type { ChatPlatformStatus, ComponentState } from '@chatplatform/operator/api/index';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL } from '@chatplatform/operator/platform/labels';
import { STAGES } from '@chatplatform/operator/platform/rollout';
import { podTrouble } from '@chatplatform/operator/platform/workload-health';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { statusOf } from '../cluster/platforms.ts';

type Condition = NonNullable<ChatPlatformStatus['conditions']>[number];

export interface ConditionReport {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly since: string;
}

export interface ComponentReport {
  readonly name: string;
  readonly state: ComponentState;
  /** Pods that serve, of those wanted. */
  readonly ready?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly since?: string;
  /** What is wrong with its Pods. */
  readonly trouble: readonly string[];
}

/** What `status` says of one platform: the whole of its JSON. */
export interface PlatformReport {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  readonly url?: string;
  readonly version: { readonly current?: string | undefined; readonly target?: string | undefined };
  /** Whether the operator has yet to look at the newest spec. */
  readonly stale: boolean;
  readonly conditions: readonly ConditionReport[];
  readonly stages: readonly { readonly name: string; readonly components: readonly ComponentReport[] }[];
}

const conditionReport = ({ type, status, reason, message, lastTransitionTime }: Condition) => ({
  type,
  status,
  reason,
  message,
  since: lastTransitionTime,
});

function componentReports(
  names: readonly { readonly name: string; readonly condition: string }[],
  status: ChatPlatformStatus,
  pods: readonly KubeObject[],
): ComponentReport[] {
  return names.flatMap(({ name, condition: type }) => {
    const line = status.components?.find((component) => component.name === name);
    if (line === undefined) return [];
    const condition = status.conditions?.find((candidate) => candidate.type === type);
    const trouble = pods
      .filter(({ metadata }) => metadata.labels?.[LABEL.component] === name)
      .flatMap((pod) => podTrouble([pod as unknown as Parameters<typeof podTrouble>[0][number]]) ?? []);
    return {
      name,
      state: line.state,
      ...(line.ready !== undefined && { ready: line.ready }),
      ...(condition && { reason: condition.reason, since: condition.lastTransitionTime }),
      ...(line.message !== undefined && { message: line.message }),
      trouble,
    };
  });
}

/** Gathers what the status says, in the order in which a platform comes up. */
export function platformReport(platform: KubeObject, pods: readonly KubeObject[]): PlatformReport {
  const status = statusOf(platform);
  const { namespace = '', name, generation } = platform.metadata;
  const componentTypes = new Set(STAGES.flatMap(({ components }) => components.map((c) => c.condition)));
  const conditions = (status.conditions ?? []).filter(({ type }) => !componentTypes.has(type));
  return {
    namespace,
    name,
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    ...(status.url !== undefined && { url: status.url }),
    version: { current: status.version?.current, target: status.version?.target },
    stale: status.observedGeneration !== generation,
    conditions: conditions.map(conditionReport),
    stages: STAGES.map((stage) => ({
      name: stage.name,
      components: componentReports(stage.components, status, pods),
    })).filter(({ components }) => components.length > 0),
  };
}

/** Pods of one platform. */
export const podSelector = (name: string) => ({
  resource: KINDS.pod,
  labelSelector: `${LABEL.instance}=${name},${LABEL.name}=chatplatform`,
});
