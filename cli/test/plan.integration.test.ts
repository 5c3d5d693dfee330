import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { BUILT_IN_KINDS, KINDS } from '@chatplatform/operator/platform/kinds';
import { STAGES } from '@chatplatform/operator/platform/rollout';
import { PlatformBench, demo } from '../../operator/test/platform-bench.ts';
import type { Plan, PlannedChange } from '../src/plan/plan.ts';
import { cli } from './cli-process.ts';
import type { Finished } from './cli-process.ts';

const bench = PlatformBench.use();

const plan = (file: object | undefined, args: readonly string[] = []): Promise<Finished> =>
  cli(['plan', ...(file === undefined ? [] : ['-f', '-']), ...args], {
    env: { KUBECONFIG: bench.server.kubeconfig },
    ...(file !== undefined && { input: stringify(file) }),
  });

async function planned(file: object | undefined, args: readonly string[] = []): Promise<Plan> {
  const { stdout, stderr, code } = await plan(file, ['-o', 'json', ...args]);
  if (code === 1 || code === 64) throw new Error(stderr);
  return JSON.parse(stdout) as Plan;
}

const changesOf = ({ steps }: Plan): PlannedChange[] => steps.flatMap(({ changes }) => [...changes]);
const find = (found: Plan, kind: string, name: string) =>
  changesOf(found).find((change) => change.kind === kind && change.name === name);

async function everything(namespace: string): Promise<string[]> {
  const kinds = [CHAT_PLATFORM, ...BUILT_IN_KINDS];
  const lists = await Promise.all(kinds.map((kind) => bench.client.list(kind, { namespace })));
  return lists.flatMap(({ items }) =>
    items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`),
  );
}

describe('plan, by a real API server', () => {
  test('of a new platform: everything, in the order of the rollout, and nothing is stored', async () => {
    const namespace = await bench.server.namespace();
    const before = await everything(namespace);
    const finished = await plan(demo(namespace), ['-o', 'json']);
    expect(finished.code).toBe(2);
    expect(await everything(namespace)).toEqual(before);

    const found = JSON.parse(finished.stdout) as Plan;
    expect(found).toMatchObject({ namespace, name: 'demo', changes: true, exists: false, problems: [] });
    const gates = STAGES.map(({ name }, i) => (STAGES[i - 1]?.gate === true ? `gate, ${name}` : name));
    expect(found.steps.map(({ name, waits }) => `${waits ? 'gate, ' : ''}${name}`)).toEqual([
      'credentials',
      ...gates,
    ]);
    expect(find(found, 'StatefulSet', 'demo-redis')?.action).toBe('create');
    expect(changesOf(found).filter(({ runs }) => runs === true)).toHaveLength(6);
    expect(changesOf(found).filter(({ restart }) => restart !== undefined)).toEqual([]);
  }, 60_000);

  test('names exactly what the operator then makes', async () => {
    const namespace = await bench.server.namespace();
    const found = await planned(demo(namespace));
    await bench.operate(namespace);
    bench.settle(namespace);
    await bench.client.create(CHAT_PLATFORM, demo(namespace));
    await bench.untilReady(namespace);

    // A migration's name ends with a hash of the database's password, of which each plan makes up another.
    const nameOf = (kind: string, name: string) => `${kind} ${name.replace(/(-migrate)-\w+$/, '$1')}`;
    const made = (await everything(namespace))
      .map((line) => line.split(' '))
      .map(([kind = '', name = '']) => nameOf(kind, name))
      .filter((line) => !line.startsWith('ChatPlatform') && line !== 'ConfigMap kube-root-ca.crt');
    expect(
      changesOf(found)
        .map(({ kind, name }) => nameOf(kind, name))
        .sort(),
    ).toEqual(made.sort());
    // Once it is made, the same file changes nothing.
    const again = await plan(demo(namespace));
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing would change');
  }, 90_000);

  test('of a change: only what it touches, with the fields and the reason for a restart', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const file = demo(namespace, {
      auth: { accessTokenLifetime: '5m' },
      services: { chat: { replicas: 3 } },
      observability: { prometheus: { enabled: false } },
    });
    const found = await planned(file);
    expect(found.resource).toContainEqual({
      path: 'spec.auth',
      to: { accessTokenLifetime: '5m' },
    });
    expect(find(found, 'Deployment', 'demo-auth')?.restart?.reasons).toEqual([
      expect.stringMatching(/^configuration \(ConfigMap demo-auth: \w+\)$/),
    ]);
    expect(find(found, 'Deployment', 'demo-chat')).toMatchObject({ scale: { from: 1, to: 3 } });
    expect(find(found, 'Deployment', 'demo-chat')?.restart).toBeUndefined();
    expect(find(found, 'Deployment', 'demo-prometheus')?.action).toBe('delete');
    const restarted = changesOf(found).filter(({ restart }) => restart !== undefined);
    expect(restarted.map(({ name }) => name)).toEqual(['demo-auth']);

    const { stdout } = await plan(file);
    expect(stdout).toContain('~ Deployment demo-chat  scales from 1 to 3');
    expect(stdout).toMatch(/~ Deployment demo-auth {2}replaces 1 Pod: configuration \(ConfigMap demo-auth: /);
    expect(stdout).toContain('- Deployment demo-prometheus');
  }, 60_000);

  test('of what was changed by hand, without a file', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const at = ['--namespace', namespace];
    expect((await plan(undefined, at)).code).toBe(0);
    await bench.pause(namespace);
    await bench.client.delete(KINDS.service, { namespace, name: 'demo-user' });
    const finished = await plan(undefined, [...at, '-o', 'json']);
    expect(finished.code).toBe(2);
    const found = JSON.parse(finished.stdout) as Plan;
    expect(found.paused).toBe(true);
    expect(changesOf(found).map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
      'create Service demo-user',
    ]);
  }, 60_000);

  test('shows no value of a secret', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const secret = await bench.lookUp(KINDS.secret, namespace, 'demo-credentials');
    const data = secret?.['data'] as Record<string, string>;
    // Everything that is derived from it changes with it.
    await bench.pause(namespace);
    await bench.client.mergePatch(
      KINDS.secret,
      { namespace, name: 'demo-credentials' },
      { data: { redisPassword: Buffer.from('planted-password').toString('base64') } },
    );
    const args = ['--namespace', namespace];
    const outputs = [await plan(undefined, args), await plan(undefined, [...args, '-o', 'json'])];
    for (const { stdout, code } of outputs) {
      expect(code).toBe(2);
      expect(stdout).toContain('demo-redis');
      const values = [...Object.values(data), Buffer.from('planted-password').toString('base64')];
      for (const value of values) {
        expect(stdout).not.toContain(value);
        expect(stdout).not.toContain(Buffer.from(value, 'base64').toString());
      }
    }
  }, 60_000);

  test('says what would stand in the way', async () => {
    const namespace = await bench.server.namespace();
    const found = await planned(
      demo(namespace, {
        mail: { from: 'a@b.c', smtp: { host: 'h', credentialsSecretRef: { name: 'smtp' } } },
      }),
    );
    expect(found.problems.join()).toContain('Secret "smtp"');
    expect(find(found, 'Deployment', 'demo-notification')).toBeUndefined();
    expect(find(found, 'Deployment', 'demo-chat')?.action).toBe('create');
  }, 60_000);

  test('takes away what a file no longer says only if applying it would', async () => {
    const namespace = await bench.server.namespace();
    const wanted = demo(namespace, { observability: { logLevel: 'debug' } });
    await bench.client.apply(CHAT_PLATFORM, wanted, { fieldManager: 'gitops', force: false });
    const own = await planned(demo(namespace));
    expect(own.resource).toEqual([{ path: 'spec.observability', from: { logLevel: 'debug' } }]);
    const foreign = await planned(demo(namespace), ['--field-manager', 'somebody-else']);
    expect(foreign.resource).toEqual([]);
  }, 60_000);

  test.each([
    ['an unknown field', { profil: 'Standard' }, 'spec.profil: no such field'],
    ['a value out of range', { services: { chat: { replicas: -1 } } }, 'spec.services.chat.replicas'],
    [
      'what only the rules of the CRD know',
      { stores: { redis: { managed: {}, external: { host: 'h', secretRef: { name: 's' } } } } },
      'stores.redis',
    ],
  ])('refuses %s, and names the field', async (_, spec, named) => {
    const namespace = await bench.server.namespace();
    const { code, stderr, stdout } = await plan(demo(namespace, spec));
    expect(stderr).toContain(named);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});
