import { describe, expect, test } from '@jest/globals';
import { parseArguments } from './arguments.ts';
import { LauncherError } from './launcher-error.ts';

const refusal = (...argv: string[]): LauncherError => {
  try {
    parseArguments(argv);
  } catch (error) {
    if (error instanceof LauncherError) return error;
    throw error;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
};

describe('parseArguments', () => {
  test.each([
    [[], { name: 'help' }],
    [['--help'], { name: 'help' }],
    [['help'], { name: 'help' }],
    [['up', '-h'], { name: 'help' }],
    [['--version'], { name: 'version' }],
    [['version'], { name: 'version' }],
    [['up'], { name: 'up', context: undefined }],
    [['up', '--context', 'minikube'], { name: 'up', context: 'minikube' }],
    [['up', '--context=minikube'], { name: 'up', context: 'minikube' }],
    [['down'], { name: 'down', purge: false }],
    [['down', '--purge'], { name: 'down', purge: true }],
    [['status'], { name: 'status' }],
    [['env'], { name: 'env' }],
  ])('%j', (argv, command) => {
    expect(parseArguments(argv)).toEqual(command);
  });

  test.each(['dev', 'test', 'bench'])('%s keeps its arguments as they are, flags too', (name) => {
    expect(parseArguments([name, '--only', 'chat', '--', '-x'])).toEqual({
      name,
      args: ['--only', 'chat', '--', '-x'],
    });
  });

  test.each([
    [['upp'], 'unknown command "upp"'],
    [['-x'], 'unknown command "-x"'],
    [['up', '--contxt', 'a'], "up: Unknown option '--contxt'"],
    [['up', 'now'], "up: Unexpected argument 'now'"],
    [['up', '--context'], "up: Option '--context <value>' argument missing"],
    [['up', '--context='], '--context wants the name of a context'],
    [['up', '--purge'], "up: Unknown option '--purge'"],
    [['down', '--purge=yes'], "down: Option '--purge' does not take an argument"],
    [['status', '-v'], "status: Unknown option '-v'"],
    [['env', 'bash'], "env: Unexpected argument 'bash'"],
  ])('%j is wrong usage', (argv, message) => {
    const error = refusal(...argv);
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(2);
    expect(error.remedy).toBe('see ./chatplatform help');
  });
});
