import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { eventually } from '../../operator/test/api-server.ts';
import { PlatformBench, demo } from '../../operator/test/platform-bench.ts';
import { EVENTS } from '../src/cluster/events.ts';
import type { PlatformReport } from '../src/status/report.ts';
import { cli, EXECUTABLE } from './cli-process.ts';

const bench = PlatformBench.use();

/** What goes on until Ctrl-C, and all it has said so far. */
class Watching {
  readonly #child: ChildProcess;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  said = '';

  constructor(...args: string[]) {
    this.#child = spawn(EXECUTABLE, args, {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: '/nonexistent',
        KUBECONFIG: bench.server.kubeconfig,
      },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  async until(text: string): Promise<void> {
    await eventually(`${text} in what was said`, () => this.said.includes(text)).catch((error: unknown) => {
      throw new Error(this.said, { cause: error });
    });
  }

  interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}

const running: Watching[] = [];
afterEach(async () => {
  for (const watching of running.splice(0)) await watching.interrupt();
});
const watch = (...args: string[]) => {
  const watching = new Watching(...args);
  running.push(watching);
  return watching;
};

const ready = (reason: string, message: string) => ({
  status: {
    conditions: [
      { type: 'Ready', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  },
});

async function platform(): Promise<{
  namespace: string;
  say(reason: string, message: string): Promise<unknown>;
}> {
  const namespace = await bench.server.namespace();
  await bench.client.create(CHAT_PLATFORM, demo(namespace));
  const at = { namespace, name: 'demo' };
  return {
    namespace,
    say: (reason, message) =>
      bench.client.mergePatch(CHAT_PLATFORM, at, ready(reason, message), { subresource: 'status' }),
  };
}

describe('status --watch', () => {
  test('shows the tree again at each change, until interrupted', async () => {
    const { namespace, say } = await platform();
    const watching = watch('status', '--watch', '-n', namespace);
    await watching.until('no operator has looked at it yet');
    await say('WaitingAtGate', 'redis does not serve yet');
    await watching.until('redis does not serve yet');
    await say('Degraded', 'the image cannot be pulled');
    await watching.until('the image cannot be pulled');
    expect(watching.said.match(new RegExp(`^${namespace}/demo `, 'gm'))).toHaveLength(3);
    // Not a terminal: nothing is cleared, and nothing has a colour.
    expect(watching.said).not.toContain('\u001b');
    expect(await watching.interrupt()).toBe(0);
  });

  test('ends when the platform goes', async () => {
    const { namespace } = await platform();
    const watching = watch('status', '-w', '-n', namespace, '-o', 'yaml');
    await watching.until('stale');
    await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
    expect(await watching.ended).toBe(0);
    const [document] = parseAllDocuments(watching.said);
    expect(document?.toJS()).toMatchObject({ namespace, name: 'demo', ready: false });
  });
});

test('events --watch says what happens from now on', async () => {
  const { namespace } = await platform();
  const event = (name: string, note: string) =>
    bench.client.create(EVENTS, {
      apiVersion: EVENTS.apiVersion,
      kind: EVENTS.kind,
      metadata: { name, namespace },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: 'test',
      reportingInstance: 'test',
      action: 'Test',
      type: 'Warning',
      reason: 'Tried',
      note,
      regarding: { kind: 'Pod', name: 'demo-chat-0', namespace },
    });
  await event('first', 'before');
  const watching = watch('events', '--watch', '-n', namespace);
  await watching.until('before');
  await event('second', 'meanwhile');
  await watching.until('meanwhile');
  expect(watching.said.match(/before/g)).toHaveLength(1);
  expect(await watching.interrupt()).toBe(0);
});

test('tables, JSON and YAML say the same', async () => {
  const { namespace, say } = await platform();
  await say('WaitingAtGate', 'redis does not serve yet');
  const run = (...args: string[]) => cli(args, { env: { KUBECONFIG: bench.server.kubeconfig } });
  const commands = [
    ['status', '-n', namespace],
    ['events', '-n', namespace],
    ['version', '--client'],
  ];
  for (const command of commands) {
    const [json, yaml] = [await run(...command, '-o', 'json'), await run(...command, '-o', 'yaml')];
    const value = JSON.parse(json.stdout) as unknown;
    expect([command, parseAllDocuments(yaml.stdout).map((one) => one.toJS() as unknown)]).toEqual([
      command,
      [value],
    ]);
  }
  const all = JSON.parse((await run('status', '-A', '-o', 'json')).stdout) as PlatformReport[];
  expect(all.find((one) => one.namespace === namespace)).toMatchObject({ name: 'demo', ready: false });
  const table = (await run('status', '-A')).stdout.split('\n');
  expect(table[0]).toMatch(/^NAMESPACE +NAME +READY +VERSION +URL +MESSAGE$/);
  expect(table.find((line) => line.startsWith(`${namespace} `))).toMatch(
    /demo +False .*redis does not serve yet$/,
  );
});

test('names of platforms are completed from the namespace that is being written', async () => {
  const { namespace } = await platform();
  const run = (...args: string[]) => cli(args, { env: { KUBECONFIG: bench.server.kubeconfig } });
  for (const flags of [['-n', namespace], [`--namespace=${namespace}`]]) {
    expect((await run('__complete', 'status', ...flags, 'de')).stdout).toBe('demo\n:4\n');
  }
  expect((await run('__complete', 'status', '-n', 'kube-public', '')).stdout).toBe(':4\n');
});
