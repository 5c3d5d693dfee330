import type { ChatPlatformStatus, ComponentLine, VersionStatus } from '../api/index.ts';
import { describeFinding } from '../checks/finding.ts';
import { defined } from '../defined.ts';
import { isSettled } from '../platform/component.ts';
import {
  ROTATABLE,
  ROTATABLE_STORES,
  ROTATE_ANNOTATION,
  rotationRequests,
} from '../platform/secrets/rotation.ts';
import { cannotRotateLogins } from '../platform/store-logins/store-logins.ts';
import { opensAt } from '../platform/upgrade/maintenance-window.ts';
import type { Gate, UpgradePhase, UpgradePlan } from '../platform/upgrade/plan.ts';
import { compareVersions } from '../platform/upgrade/versions.ts';
import { formatTime } from '../runtime/index.ts';
import type { ConditionDecision } from '../runtime/index.ts';
import { currentGate, decideVersion, gateStatus } from './decide-version.ts';
import type { Facts } from './gather.ts';
import type { RemovalProgress } from './remove.ts';
import { describeResults } from './roll-out.ts';
import type { ComponentResult, RolloutResult } from './roll-out.ts';

/** Status without the times of its conditions, which the runtime knows. */
export interface StatusDecision {
  readonly status: Omit<ChatPlatformStatus, 'conditions'>;
  readonly conditions: readonly ConditionDecision[];
}

type Truth = Pick<ConditionDecision, 'status' | 'reason' | 'message'>;

const yes = (reason: string, message: string): Truth => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Truth => ({ status: 'False', reason, message });

const inState = (results: readonly ComponentResult[], ...states: string[]) =>
  results.filter(({ health }) => states.includes(health.state));

interface Story {
  readonly facts: Facts;
  readonly plan: UpgradePlan;
  readonly gate: Gate | undefined;
  readonly version: VersionStatus;
  /** Components that are part of this platform. */
  readonly results: readonly ComponentResult[];
  readonly url: string | undefined;
}

const heldMessage = ({ facts: { spec, now } }: Story) => {
  const opens = opensAt(spec.maintenanceWindow, now);
  return `version ${spec.version} waits for the maintenance window${opens === undefined ? '' : `, which opens at ${formatTime(opens)}`}`;
};

/** What stands between a platform that serves and the version that is wanted. */
function versionPending(story: Story): [reason: string, message: string] | undefined {
  const { target = '', phase, rolledBack } = story.version;
  switch (phase) {
    case 'Held':
      return ['HeldByMaintenanceWindow', heldMessage(story)];
    case 'Upgrading':
      return ['Upgrading', `version ${target} is being rolled out`];
    case 'RollingBack':
      return ['RollingBack', `version ${rolledBack?.version ?? target} is being taken back`];
    case 'RolledBack':
      return ['UpgradeRolledBack', `version ${target} was taken back`];
    default:
      return undefined;
  }
}

/** Ready: everything serves, and exactly what the spec asks for. */
function ready(story: Story): Truth {
  const { results, url } = story;
  const unsettled = results.filter(({ health }) => !isSettled(health));
  // What is wrong before what is merely under way: the first words are what a table shows.
  const worstFirst = [...inState(unsettled, 'Degraded'), ...inState(unsettled, 'Progressing', 'Waiting')];
  const pending = versionPending(story);
  if (pending !== undefined && inState(unsettled, 'Degraded').length === 0) return no(...pending);
  if (unsettled.length > 0) return no('ComponentsNotReady', describeResults(worstFirst));
  return yes('Serving', url === undefined ? 'serving' : `serving at ${url}`);
}

/** Available: people are served, though perhaps by what the spec asked for before. */
function available({ results }: Story): Truth {
  const down = results.filter(({ component, health }) => component.task !== true && !health.serving);
  return down.length === 0
    ? yes('Serving', 'every component serves')
    : no('ComponentsDown', describeResults(down));
}

const UPGRADE_REASONS: Readonly<Partial<Record<UpgradePhase, string>>> = {
  Upgrading: 'Upgrading',
  RollingBack: 'RollingBack',
};

function progressing(story: Story): Truth {
  const { gate, version, results } = story;
  if (gate !== undefined) {
    const reason = UPGRADE_REASONS[story.plan.phase] ?? 'WaitingAtGate';
    return yes(reason, `waits for ${gate.name} since ${formatTime(gate.since)}: ${gate.waitsFor}`);
  }
  const moving = inState(results, 'Progressing');
  if (moving.length > 0) return yes('RollingOut', describeResults(moving));
  if (version.phase === 'Held') return no('HeldByMaintenanceWindow', heldMessage(story));
  return no('Settled', 'nothing is under way');
}

/** An upgrade that needs a person, with what that person can do. */
function upgradeTrouble({ plan, gate, version, facts }: Story): Truth | undefined {
  const { current = '' } = version;
  if (plan.rolledBack !== undefined) {
    const { version: failed, reason } = plan.rolledBack;
    return yes(
      'UpgradeRolledBack',
      `version ${failed} was taken back: ${reason}. Version ${current} goes on serving. Put the cause right and change the spec to try again, or set spec.version to ${current}`,
    );
  }
  if (!plan.overdue || gate === undefined) return undefined;
  return yes(
    'UpgradeStuck',
    `the upgrade to ${facts.spec.version} does not come past ${gate.name}: ${gate.waitsFor}. Put that right, or set spec.version to ${current} to go back (spec.upgrade.autoRollback is off)`,
  );
}

function degraded(story: Story): Truth {
  const trouble = upgradeTrouble(story);
  if (trouble !== undefined) return trouble;
  const bad = inState(story.results, 'Degraded');
  return bad.length === 0
    ? no('Healthy', 'nothing needs a person')
    : yes(bad[0]?.health.reason ?? 'Degraded', describeResults(bad));
}

function upgradeAvailable({ facts: { spec, operatorVersion } }: Story): Truth {
  return compareVersions(operatorVersion, spec.version) > 0
    ? yes('NewerVersion', `version ${operatorVersion} is available: set spec.version to it`)
    : no('UpToDate', 'the operator knows of no newer version');
}

function componentTruth({ health }: ComponentResult): Truth {
  const message = health.message || 'serving';
  return isSettled(health) ? yes(health.reason, message) : no(health.reason, message);
}

function componentLine({ component, health }: ComponentResult): ComponentLine {
  return {
    name: component.name,
    state: health.state,
    ...(health.ready === undefined ? {} : { ready: health.ready }),
    ...(health.message === '' ? {} : { message: health.message }),
  };
}

/** Entries of the annotation that ask for what cannot be done. */
function vainRotations({ object, spec }: Facts): string[] {
  const { wanted, unknown } = rotationRequests(object.metadata.annotations?.[ROTATE_ANNOTATION]);
  const reasons = ROTATABLE_STORES.flatMap((store) => {
    const entry = wanted.get(store);
    const reason = entry === undefined ? undefined : cannotRotateLogins({ spec }, store);
    return reason === undefined ? [] : [`"${entry ?? ''}": ${reason}`];
  });
  const unknowns = unknown.map((entry) => `"${entry}" names nothing of ${ROTATABLE.join(', ')}`);
  return [...unknowns, ...reasons].map((text) => `annotation ${ROTATE_ANNOTATION}: ${text}`);
}

/** What is allowed and unwise. It takes nothing from readiness. */
function warnings({ facts }: Story): Truth {
  const { findings } = facts;
  const texts = [
    ...findings.filter(({ severity }) => severity === 'warn').map(describeFinding),
    ...vainRotations(facts),
  ];
  return texts.length === 0
    ? no('NothingUnwise', 'nothing in the spec is unwise')
    : yes('SpecUnwise', texts.join('; '));
}

export interface Outcome {
  readonly plan: UpgradePlan;
  readonly rollout: RolloutResult;
  readonly rotations: NonNullable<ChatPlatformStatus['rotations']>;
  readonly url: string | undefined;
}

/** The status of a platform whose stages have been gone through. */
export function decideStatus(facts: Facts, { plan, rollout, rotations, url }: Outcome): StatusDecision {
  const { generation } = facts.platform.metadata;
  const results = rollout.results.filter(({ health }) => health.state !== 'Disabled');
  const gate = currentGate(facts, plan, rollout);
  const version = decideVersion(facts, plan, rollout);
  const story: Story = { facts, plan, gate, version, results, url };
  const truths: [string, Truth][] = [
    ['Ready', ready(story)],
    ['Available', available(story)],
    ['Progressing', progressing(story)],
    ['Degraded', degraded(story)],
    ['Paused', no('NotPaused', 'the operator keeps the platform as the spec says')],
    ['UpgradeAvailable', upgradeAvailable(story)],
    ['Warnings', warnings(story)],
    ...results.map((result): [string, Truth] => [result.component.condition, componentTruth(result)]),
  ];
  return {
    status: {
      observedGeneration: generation,
      ...defined({ url }),
      version,
      ...(gate === undefined ? {} : { gate: gateStatus(gate) }),
      ...(rotations.length === 0 ? {} : { rotations }),
      components: results.map(componentLine),
      effective: { ...facts.spec },
    },
    conditions: truths.map(([type, truth]) => ({ type, ...truth, observedGeneration: generation })),
  };
}

/** A platform as far as its status goes, whether or not its spec can be understood. */
export interface Subject {
  readonly generation: number;
  readonly status: ChatPlatformStatus | undefined;
}

type ConditionType = 'Ready' | 'Progressing' | 'Degraded' | 'Paused';

/** A status in which a few conditions are decided anew and all else is what it was. */
function amended(
  { generation, status: before }: Subject,
  changes: Readonly<Partial<Record<ConditionType, Truth>>>,
): StatusDecision {
  const { conditions = [], ...status } = before ?? {};
  const decided = Object.entries(changes).map(([type, truth]) => ({
    type,
    ...truth,
    observedGeneration: generation,
  }));
  const kept = conditions
    .filter(({ type }) => changes[type as ConditionType] === undefined)
    .map(({ type, status: truth, reason, message, observedGeneration }) => ({
      type,
      status: truth,
      reason,
      message,
      ...defined({ observedGeneration }),
    }));
  return { status: { ...status, observedGeneration: generation }, conditions: [...decided, ...kept] };
}

export const decidePausedStatus = (subject: Subject): StatusDecision =>
  amended(subject, {
    Paused: yes('PausedBySpec', 'spec.paused is true: nothing is changed until it is false'),
    Progressing: no('Paused', 'spec.paused is true'),
  });

/** Nothing can be done until a person acts. */
export const decideBlockedStatus = (subject: Subject, reason: string, message: string): StatusDecision =>
  amended(subject, {
    Ready: no(reason, message),
    Degraded: yes(reason, message),
    Progressing: no(reason, message),
  });

export const decideDeletingStatus = (subject: Subject, { message, stuck }: RemovalProgress): StatusDecision =>
  amended(subject, {
    Ready: no('Deleting', message),
    Progressing: yes('Deleting', message),
    ...(stuck ? { Degraded: yes('DeletionStuck', message) } : {}),
  });
