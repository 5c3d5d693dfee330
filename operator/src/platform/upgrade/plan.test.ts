import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { WorkloadName } from '../../api/index.ts';
import { planUpgrade } from './plan.ts';
import type { Gate, RolledBack, UpgradeFacts, UpgradePlan, WorkloadStep } from './plan.ts';

const ORDER: readonly WorkloadName[] = ['auth', 'chat', 'gateway', 'web'];
const NOW = 1_000_000;

const on = (versions: Partial<Record<WorkloadName, string>>, unsettled: readonly WorkloadName[] = []) =>
  ORDER.map((name): WorkloadStep => {
    const settled = !unsettled.includes(name);
    return { name, version: versions[name] ?? 'v1', settled, message: settled ? '' : '0/1 Pods serve' };
  });

const facts = (given: Partial<UpgradeFacts>): UpgradeFacts => ({
  wanted: 'v2',
  generation: 1,
  current: 'v1',
  rolledBack: undefined,
  gate: undefined,
  policy: { autoRollback: true, gateTimeoutMs: 60_000 },
  opensAt: undefined,
  now: NOW,
  workloads: on({}),
  expanded: { settled: true, message: '' },
  ...given,
});

const plan = (given: Partial<UpgradeFacts>) => planUpgrade(facts(given));
const versionsOf = ({ versions }: UpgradePlan) => ORDER.map((name) => versions[name]).join(' ');

describe('an upgrade', () => {
  test('a first rollout takes everything at once: stages gate it', () => {
    expect(plan({ current: undefined })).toMatchObject({
      phase: 'Installing',
      migration: { version: 'v2', phase: 'all' },
    });
  });

  test('expands the schemas before anything else moves', () => {
    const step = plan({ expanded: { settled: false, message: 'migrating chat' } });
    expect(versionsOf(step)).toBe('v1 v1 v1 v1');
    expect(step).toMatchObject({
      phase: 'Upgrading',
      migration: { version: 'v2', phase: 'expand' },
      gate: { name: 'migrations to v2', since: NOW, waitsFor: 'migrating chat' },
    });
  });

  test('moves one workload, and the next only when it serves', () => {
    expect(versionsOf(plan({}))).toBe('v2 v1 v1 v1');
    const rolling = plan({ workloads: on({ auth: 'v2' }, ['auth']) });
    expect(versionsOf(rolling)).toBe('v2 v1 v1 v1');
    expect(rolling.gate).toEqual({ name: 'auth on v2', since: NOW, waitsFor: '0/1 Pods serve' });
    expect(versionsOf(plan({ workloads: on({ auth: 'v2' }) }))).toBe('v2 v2 v1 v1');
  });

  test('contracts once nothing runs the older version', () => {
    const done = plan({ workloads: on({ auth: 'v2', chat: 'v2', gateway: 'v2', web: 'v2' }) });
    expect(done).toMatchObject({ arrived: true, migration: { version: 'v2', phase: 'all' } });
    expect(done.gate).toBeUndefined();
  });

  test('a gate keeps the time since when it has been closed', () => {
    const since = NOW - 30_000;
    const gate = { name: 'auth on v2', since, waitsFor: '' };
    expect(plan({ gate, workloads: on({ auth: 'v2' }, ['auth']) }).gate?.since).toBe(since);
    expect(plan({ gate, workloads: on({ auth: 'v2' }) }).gate?.since).toBe(NOW);
  });

  test('one that had been upgraded and falters is the gate again, and is not taken back at once', () => {
    const step = plan({ workloads: on({ auth: 'v2', chat: 'v2' }, ['auth']) });
    expect(versionsOf(step)).toBe('v2 v2 v1 v1');
    expect(step.gate?.name).toBe('auth on v2');
  });
});

describe('a gate that does not open in time', () => {
  const gate: Gate = { name: 'chat on v2', since: NOW - 60_000, waitsFor: '' };
  const stuck = { gate, workloads: on({ auth: 'v2', chat: 'v2' }, ['chat']) };
  const rolledBack: RolledBack = { version: 'v2', generation: 1, reason: 'r' };

  test('takes the version back, the last workload first', () => {
    const step = plan(stuck);
    expect(step.phase).toBe('RollingBack');
    expect(versionsOf(step)).toBe('v2 v1 v1 v1');
    expect(step.rolledBack).toMatchObject({ version: 'v2', generation: 1 });
    expect(step.rolledBack?.reason).toBe('chat on v2 did not come about within 60 s: 0/1 Pods serve');
  });

  test('goes on backwards only when what was taken back serves', () => {
    const back = { name: 'chat on v1', since: NOW, waitsFor: '' };
    const waiting = plan({ rolledBack, gate: back, workloads: on({ auth: 'v2' }, ['chat']) });
    expect(versionsOf(waiting)).toBe('v2 v1 v1 v1');
    const next = plan({ rolledBack, gate: back, workloads: on({ auth: 'v2' }) });
    expect(versionsOf(next)).toBe('v1 v1 v1 v1');
    expect(next.phase).toBe('RollingBack');
  });

  test('is not held up by workloads that were never changed', () => {
    const step = plan({ ...stuck, workloads: on({ auth: 'v2', chat: 'v2' }, ['chat', 'gateway', 'web']) });
    expect(versionsOf(step)).toBe('v2 v1 v1 v1');
  });

  test('nor for ever by one that does not come back', () => {
    const back = { name: 'chat on v1', since: NOW - 60_000, waitsFor: '' };
    const step = plan({ rolledBack, gate: back, workloads: on({ auth: 'v2' }, ['chat']) });
    expect(versionsOf(step)).toBe('v1 v1 v1 v1');
  });

  test('does not try that version again until the spec changes', () => {
    const rested = plan({ rolledBack });
    expect(rested).toMatchObject({ phase: 'RolledBack', rolledBack, arrived: false });
    expect(versionsOf(rested)).toBe('v1 v1 v1 v1');
    expect(plan({ rolledBack, generation: 2 }).phase).toBe('Upgrading');
    expect(plan({ rolledBack, wanted: 'v3' }).phase).toBe('Upgrading');
  });

  test('waits for a person when rollback is switched off', () => {
    const step = plan({ ...stuck, policy: { autoRollback: false, gateTimeoutMs: 60_000 } });
    expect(step).toMatchObject({ phase: 'Upgrading', overdue: true });
    expect(versionsOf(step)).toBe('v2 v2 v1 v1');
  });
});

describe('a change of mind', () => {
  test('back to the version that served is a way back', () => {
    const step = plan({ wanted: 'v1', workloads: on({ auth: 'v2', chat: 'v2' }, ['chat']) });
    expect(step.phase).toBe('RollingBack');
    expect(step.rolledBack).toBeUndefined();
    expect(versionsOf(step)).toBe('v2 v1 v1 v1');
  });

  test('halfway to a third version goes back first', () => {
    const step = plan({ wanted: 'v3', workloads: on({ auth: 'v2' }) });
    expect(versionsOf(step)).toBe('v1 v1 v1 v1');
    expect(step.phase).toBe('RollingBack');
  });
});

describe('outside the maintenance window', () => {
  const closed = { opensAt: NOW + 1 };

  test('nothing is begun', () => {
    const held = plan(closed);
    expect(held).toMatchObject({ phase: 'Held', arrived: false });
    expect(versionsOf(held)).toBe('v1 v1 v1 v1');
  });

  test('what has begun is finished', () => {
    expect(plan({ ...closed, workloads: on({ auth: 'v2' }) }).phase).toBe('Upgrading');
    const gate = { name: 'migrations to v2', since: NOW, waitsFor: '' };
    expect(plan({ ...closed, gate }).phase).toBe('Upgrading');
  });

  test('and the way back is always open', () => {
    expect(plan({ ...closed, wanted: 'v1', workloads: on({ auth: 'v2' }) }).phase).toBe('RollingBack');
  });
});

/** Carries plans out: Pods follow at once, and serve unless the version is broken for the workload. */
function live(spec: { broken: readonly WorkloadName[]; wanted: readonly string[]; windowed: boolean }) {
  let state = {
    workloads: on({}),
    gate: undefined as Gate | undefined,
    rolledBack: undefined as RolledBack | undefined,
  };
  let current: string | undefined = 'v1';
  const seen: { versions: Set<string>; moved: number }[] = [];
  for (let tick = 0; tick < 80; tick += 1) {
    const wanted = spec.wanted[Math.min(Math.floor(tick / 8), spec.wanted.length - 1)] ?? 'v1';
    const next = plan({
      ...state,
      current,
      wanted,
      generation: spec.wanted.indexOf(wanted),
      now: NOW + tick * 20_000,
      opensAt: spec.windowed && tick % 2 === 1 ? NOW : undefined,
    });
    const workloads = state.workloads.map((step) => {
      const version = next.versions[step.name];
      // A step is seen to be under way once before it settles.
      const settled = version === step.version && !(version === 'v2' && spec.broken.includes(step.name));
      return { ...step, version, settled, message: settled ? '' : 'not ready' };
    });
    const moved = workloads.filter((step, i) => step.version !== state.workloads[i]?.version).length;
    seen.push({ versions: new Set(workloads.map(({ version }) => version)), moved });
    if (next.phase === 'Upgrading' && next.arrived) current = wanted;
    state = { workloads, gate: next.gate, rolledBack: next.rolledBack };
  }
  return { seen, state, current };
}

describe('whatever happens', () => {
  const wishes = fc.array(fc.constantFrom('v1', 'v2', 'v3'), { minLength: 1, maxLength: 4 });
  const troubles = fc.subarray([...ORDER]);

  test('at most two versions run, one workload moves at a time, and it ends', () => {
    fc.assert(
      fc.property(wishes, troubles, fc.boolean(), (wanted, broken, windowed) => {
        const { seen, state, current } = live({ wanted, broken, windowed });
        for (const { versions, moved } of seen) {
          expect(versions.size).toBeLessThanOrEqual(2);
          expect(moved).toBeLessThanOrEqual(1);
        }
        const last =
          wanted.at(-1) === 'v2' && broken.length > 0 && current !== 'v2' ? current : wanted.at(-1);
        expect(state.workloads.map(({ version }) => version)).toEqual(ORDER.map(() => last));
      }),
    );
  });
});
