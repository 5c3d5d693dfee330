import { describe, expect, test } from '@jest/globals';
import { effectiveSpec } from '../api/index.ts';
import type { ChatPlatform } from '../api/index.ts';
import type { ComponentHealth } from '../platform/component.ts';
import { allOn } from '../platform/images.ts';
import { observedFrom } from '../platform/observed.ts';
import type { UpgradePlan } from '../platform/upgrade/plan.ts';
import { decideBlockedStatus, decideStatus } from './decide-status.ts';
import type { Facts } from './gather.ts';
import type { ComponentResult, Waiting } from './roll-out.ts';

const NOW = Date.UTC(2026, 0, 1);

const platform: ChatPlatform = {
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { name: 'demo', namespace: 'chat', uid: 'u', generation: 7 },
  spec: {},
  status: { version: { current: '0.1.0' } },
};

const facts: Facts = {
  key: 'chat/demo',
  object: { apiVersion: platform.apiVersion, kind: platform.kind, metadata: { name: 'demo' } },
  platform,
  spec: effectiveSpec({}, '0.1.0'),
  observed: observedFrom([]),
  references: new Map(),
  missing: [],
  nodeAddress: undefined,
  dns: { server: '10.96.0.10', domain: 'cluster.local' },
  serves: { podMonitor: false, prometheusRule: false },
  findings: [],
  now: NOW,
  operatorVersion: '0.1.0',
};

const steady: UpgradePlan = {
  phase: 'Steady',
  versions: allOn('0.1.0'),
  migration: { version: '0.1.0', phase: 'all' },
  overdue: false,
  arrived: true,
};
const rolling: Waiting = { stage: 'stores', waitsFor: 'redis: 0/1 Pods serve' };

const READY: ComponentHealth = {
  state: 'Ready',
  serving: true,
  reason: 'Serving',
  message: '',
  ready: '1/1',
};

const result = (name: string, health: Partial<ComponentHealth> = {}, task = false): ComponentResult => ({
  component: { name, condition: `${name}Ready`, task, desired: () => [], health: () => READY },
  health: { ...READY, ...health },
});

const decide = (
  results: ComponentResult[],
  {
    waitingFor,
    plan = {},
    given = {},
  }: { waitingFor?: Waiting; plan?: Partial<UpgradePlan>; given?: Partial<Facts> } = {},
) =>
  decideStatus(
    { ...facts, ...given },
    {
      plan: { ...steady, ...plan },
      rollout: { results, waitingFor, errors: [], desired: [] },
      rotations: [],
      url: 'http://chat.test',
    },
  );
const find = ({ conditions }: ReturnType<typeof decide>, type: string) =>
  conditions.find((condition) => condition.type === type);

describe('status', () => {
  test('of a platform of which everything serves', () => {
    const decision = decide([result('chat'), result('redis', { state: 'External' })]);
    expect(find(decision, 'Ready')).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Serving',
      message: 'serving at http://chat.test',
      observedGeneration: 7,
    });
    expect(decision.status.version).toEqual({ current: '0.1.0', target: '0.1.0', phase: 'Steady' });
    expect(decision.status.observedGeneration).toBe(7);
    expect(find(decision, 'Progressing')?.status).toBe('False');
  });

  test('a rolling update serves all the while, and is not Ready until it is done', () => {
    const decision = decide([result('chat', { state: 'Progressing', message: '1/1 Pods serve' })]);
    expect(find(decision, 'Ready')?.status).toBe('False');
    expect(find(decision, 'Available')?.status).toBe('True');
    expect(find(decision, 'Progressing')?.message).toBe('chat: 1/1 Pods serve');
  });

  test('a migration under way cuts nobody off', () => {
    const migrating = result('migrations', { state: 'Progressing', serving: false }, true);
    expect(find(decide([migrating, result('chat')]), 'Available')?.status).toBe('True');
  });

  test('trouble comes first in the message of Ready, and needs a person', () => {
    const decision = decide([
      result('user', { state: 'Waiting', serving: false, message: 'waits for stores' }),
      result('redis', { state: 'Degraded', serving: false, reason: 'PodsFailing', message: 'no node' }),
    ]);
    expect(find(decision, 'Ready')?.message).toBe('redis: no node; user: waits for stores');
    expect(find(decision, 'Degraded')).toMatchObject({ status: 'True', reason: 'PodsFailing' });
    expect(find(decision, 'Available')?.status).toBe('False');
  });

  test('a closed gate is named', () => {
    const redis = result('redis', { state: 'Progressing', message: '0/1 Pods serve' });
    const decision = decide([redis], { waitingFor: rolling });
    const since = '2026-01-01T00:00:00Z';
    expect(decision.status.gate).toEqual({ name: 'stores', since, waitsFor: 'redis: 0/1 Pods serve' });
    expect(find(decision, 'Progressing')?.message).toBe(
      `waits for stores since ${since}: redis: 0/1 Pods serve`,
    );
  });

  test('says since when it has been closed, not since when that was last seen', () => {
    const since = '2025-12-31T23:00:00Z';
    const status = { gate: { name: 'stores', since, waitsFor: 'sql: 0/1 Pods serve' } };
    const given = { platform: { ...platform, status } };
    expect(decide([], { waitingFor: rolling, given }).status.gate?.since).toBe(since);
    const other = { ...rolling, stage: 'migrations' };
    expect(decide([], { waitingFor: other, given }).status.gate?.since).toBe('2026-01-01T00:00:00Z');
  });

  test('an upgrade that may not take itself back says what a person can do', () => {
    const gate = { name: 'chat on 0.2.0', since: NOW, waitsFor: '0/1 Pods serve' };
    const decision = decide([], {
      plan: { phase: 'Upgrading', overdue: true, arrived: false, gate },
      given: { spec: effectiveSpec({ version: '0.2.0' }, '0.1.0') },
    });
    expect(find(decision, 'Degraded')).toMatchObject({ status: 'True', reason: 'UpgradeStuck' });
    expect(find(decision, 'Degraded')?.message).toContain('set spec.version to 0.1.0 to go back');
    expect(find(decision, 'Ready')?.status).toBe('False');
  });

  test('a newer operator tells of the version it brings', () => {
    const given = { operatorVersion: '0.3.0' };
    expect(find(decide([], { given }), 'UpgradeAvailable')).toMatchObject({ status: 'True' });
    expect(find(decide([]), 'UpgradeAvailable')).toMatchObject({ status: 'False' });
  });

  test('what is unwise is said, and does not count against readiness', () => {
    const findings = [{ severity: 'warn' as const, field: 'spec.stores', message: 'one Pod each' }];
    const decision = decide([result('chat')], { given: { findings } });
    expect(find(decision, 'Warnings')).toMatchObject({
      status: 'True',
      message: 'spec.stores: one Pod each',
    });
    expect(find(decision, 'Ready')?.status).toBe('True');
    expect(find(decide([]), 'Warnings')?.status).toBe('False');
  });

  test('remembers the last ten versions', () => {
    const release = { outcome: 'Upgraded' as const, at: '2026-01-01T00:00:00Z' };
    const history = Array.from({ length: 10 }, (_, i) => ({ ...release, version: `0.0.${i}` }));
    const given = { platform: { ...platform, status: { version: { current: '0.0.9', history } } } };
    const { version } = decide([], { plan: { phase: 'Upgrading' }, given }).status;
    expect(version?.history).toHaveLength(10);
    expect(version?.history?.at(-1)).toEqual({ ...release, version: '0.1.0' });
  });

  test('what is switched off does not appear', () => {
    const decision = decide([result('jaeger', { state: 'Disabled' })]);
    expect(find(decision, 'jaegerReady')).toBeUndefined();
    expect(decision.status.components).toEqual([]);
  });

  test('what a person must put right leaves the rest of the status as it was', () => {
    const status = {
      url: 'http://chat.test',
      conditions: [
        {
          type: 'chatReady',
          status: 'True' as const,
          reason: 'Serving',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    };
    const decision = decideBlockedStatus({ generation: 8, status }, 'CredentialsLost', 'gone');
    expect(decision.status).toEqual({ url: 'http://chat.test', observedGeneration: 8 });
    expect(decision.conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Ready=False',
      'Degraded=True',
      'Progressing=False',
      'chatReady=True',
    ]);
  });
});
