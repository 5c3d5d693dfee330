import type { ChatPlatformStatus, ComponentLine } from '../api/index.ts';
import { defined } from '../defined.ts';
import { isSettled } from '../platform/component.ts';
import type { ConditionDecision } from '../runtime/index.ts';
import type { Facts } from './gather.ts';
import type { ComponentResult, RolloutResult } from './roll-out.ts';

/** Status without the times of its conditions, which the runtime knows. */
export interface StatusDecision {
  readonly status: Omit<ChatPlatformStatus, 'conditions'>;
  readonly conditions: readonly ConditionDecision[];
}

type Truth = Pick<ConditionDecision, 'status' | 'reason' | 'message'>;

const yes = (reason: string, message: string): Truth => ({ status: 'True', reason, message });
const no = (reason: string, message: string): Truth => ({ status: 'False', reason, message });

const describe = (results: readonly ComponentResult[]) =>
  results.map(({ component, health }) => `${component.name}: ${health.message || health.reason}`).join('; ');

const inState = (results: readonly ComponentResult[], ...states: string[]) =>
  results.filter(({ health }) => states.includes(health.state));

/** Ready: everything serves, and exactly what the spec asks for. */
function ready(results: readonly ComponentResult[], url: string | undefined): Truth {
  const unsettled = results.filter(({ health }) => !isSettled(health));
  if (unsettled.length === 0) return yes('Serving', url === undefined ? 'serving' : `serving at ${url}`);
  // What is wrong before what is merely under way: the first words are what a table shows.
  const worstFirst = [...inState(unsettled, 'Degraded'), ...inState(unsettled, 'Progressing', 'Waiting')];
  return no('ComponentsNotReady', describe(worstFirst));
}

/** Available: people are served, though perhaps by what the spec asked for before. */
function available(results: readonly ComponentResult[]): Truth {
  const down = results.filter(({ component, health }) => component.task !== true && !health.serving);
  return down.length === 0 ? yes('Serving', 'every component serves') : no('ComponentsDown', describe(down));
}

function progressing({ results, waitingFor }: RolloutResult): Truth {
  const moving = inState(results, 'Progressing');
  if (waitingFor !== undefined) {
    return yes(
      'WaitingAtGate',
      `waits for ${waitingFor}${moving.length === 0 ? '' : `: ${describe(moving)}`}`,
    );
  }
  return moving.length === 0 ? no('Settled', 'nothing is under way') : yes('RollingOut', describe(moving));
}

function degraded(results: readonly ComponentResult[]): Truth {
  const bad = inState(results, 'Degraded');
  return bad.length === 0
    ? no('Healthy', 'nothing needs a person')
    : yes(bad[0]?.health.reason ?? 'Degraded', describe(bad));
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

/** The status of a platform whose stages have been gone through. */
export function decideStatus(facts: Facts, rollout: RolloutResult, url: string | undefined): StatusDecision {
  const { generation } = facts.platform.metadata;
  const shown = rollout.results.filter(({ health }) => health.state !== 'Disabled');
  const complete = rollout.waitingFor === undefined && shown.every(({ health }) => isSettled(health));
  const current = complete ? facts.spec.version : facts.platform.status?.version?.current;
  const truths: [string, Truth][] = [
    ['Ready', ready(shown, url)],
    ['Available', available(shown)],
    ['Progressing', progressing({ ...rollout, results: shown })],
    ['Degraded', degraded(shown)],
    ['Paused', no('NotPaused', 'the operator keeps the platform as the spec says')],
    ...shown.map((result): [string, Truth] => [result.component.condition, componentTruth(result)]),
  ];
  return {
    status: {
      observedGeneration: generation,
      ...(url === undefined ? {} : { url }),
      version: { ...(current === undefined ? {} : { current }), target: facts.spec.version },
      components: shown.map(componentLine),
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

export const decideDeletingStatus = (subject: Subject, message: string): StatusDecision =>
  amended(subject, { Ready: no('Deleting', message), Progressing: yes('Deleting', message) });
