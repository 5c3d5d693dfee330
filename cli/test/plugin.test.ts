import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { findProgram } from '../../operator/test/programs.ts';
import { COMMANDS } from '../src/commands/index.ts';
import { EXIT, EXIT_CODES } from '../src/exit-codes.ts';
import { cli, EXECUTABLE } from './cli-process.ts';

const bin = join(import.meta.dirname, '../bin');
// Nothing else: npm puts the plugin on its own PATH as well.
const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: '/nonexistent' };
const run = async (program: string, ...args: string[]) =>
  (await promisify(execFile)(program, args, { env })).stdout;

const kubectl = findProgram('kubectl', 'KUBECTL_BINARY');
(kubectl === undefined ? describe.skip : describe)('by kubectl (needs kubectl)', () => {
  test('it is found as a plugin', async () => {
    const text = await run(kubectl ?? '', 'chatplatform', 'version', '--client', '-o', 'json');
    expect(JSON.parse(text)).toEqual({ client: '0.1.0', skew: [] });
    expect(await run(kubectl ?? '', 'plugin', 'list')).toContain(`${bin}/kubectl-chatplatform\n`);
  });

  test('its arguments are completed', async () => {
    const text = await run(kubectl ?? '', '__complete', 'chatplatform', 'status', '--wa');
    expect(text).toContain('--watch\tShow it again whenever it changes.\n');
  });

  test('its exit code is passed on', async () => {
    const failed = promisify(execFile)(kubectl ?? '', ['chatplatform', 'stauts'], { env });
    await expect(failed).rejects.toMatchObject({ code: EXIT.usage });
  });
});

const bash = findProgram('bash', 'BASH_BINARY');
(bash === undefined ? test.skip : test)(
  'bash completes it as a program of its own (needs bash)',
  async () => {
    const script = [
      'source <(kubectl-chatplatform completion bash)',
      'complete -p kubectl-chatplatform >/dev/null',
      'COMP_WORDS=(kubectl-chatplatform status --output y) COMP_CWORD=3',
      '_kubectl_chatplatform',
      'echo "${COMPREPLY[@]}"',
    ].join(' && ');
    expect(await run(bash ?? '', '-c', script)).toBe('yaml\n');
  },
);

/** Runs a command line with a terminal of its own for standard output. */
const script = findProgram('script', 'SCRIPT_BINARY');
(script === undefined ? describe.skip : describe)('colours (needs script)', () => {
  const onTerminal = (extra: Record<string, string> = {}) =>
    promisify(execFile)(script ?? '', ['-qec', `${EXECUTABLE} stauts 2>&1`, '/dev/null'], {
      env: { ...env, TERM: 'xterm', ...extra },
    }).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );

  test('on a terminal', async () => {
    expect(await onTerminal()).toContain('\u001b[31merror:\u001b[39m there is no command');
  });

  test('not where NO_COLOR says so, nor on a terminal that has none', async () => {
    expect(await onTerminal({ NO_COLOR: '1' })).toContain('error: there is no command');
    expect(await onTerminal({ TERM: 'dumb' })).toContain('error: there is no command');
  });

  test('not in a pipe', async () => {
    expect((await cli(['stauts'])).stderr).toMatch(/^error: there is no command/);
  });
});

describe('help', () => {
  test('of the whole names every command and every exit code', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(EXIT.ok);
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
    for (const value of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${value} +\\S`, 'm'));
    expect(EXIT_CODES.map(([value]) => value)).toEqual(Object.values(EXIT));
  });

  test('of a command is the same by each way of asking', async () => {
    const [byOption, byWord] = [await cli(['plan', '--help']), await cli(['help', 'plan'])];
    expect(byOption).toEqual(byWord);
    expect(byOption.stdout).toContain('-f, --filename=FILE');
  });

  test('comes up when nothing is asked for, as a mistake', async () => {
    expect(await cli([])).toMatchObject({ code: EXIT.usage, stdout: expect.stringContaining('Usage:') });
  });
});
