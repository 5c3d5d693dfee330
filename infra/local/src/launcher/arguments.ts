import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { LauncherError } from './launcher-error.ts';

/** Commands that are handed on to programs of their own, with all their arguments. */
export const delegatedCommands = ['dev', 'test', 'bench'] as const;
export type DelegatedCommand = (typeof delegatedCommands)[number];

export type Command =
  | { name: 'up'; context: string | undefined }
  | { name: 'down'; purge: boolean }
  | { name: 'status' }
  | { name: 'env' }
  | { name: 'version' }
  | { name: 'help' }
  | { name: DelegatedCommand; args: readonly string[] };

const USAGE_EXIT_CODE = 2;

/**
 * Reads a command line, without the interpreter and the script.
 *
 * @throws LauncherError with exit code 2 when it names no known command, flag or value
 */
export function parseArguments(argv: readonly string[]): Command {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h') return { name: 'help' };
  if (name === '--version') return { name: 'version' };
  if (isDelegated(name)) return { name, args: rest };
  const parse = parsers[name];
  if (parse === undefined) throw usage(`unknown command "${name}"`);
  return rest.includes('--help') || rest.includes('-h') ? { name: 'help' } : parse(rest);
}

const parsers: Record<string, (args: readonly string[]) => Command> = {
  up: (args) => {
    const { context } = options('up', args, { context: { type: 'string' } });
    if (context === '') throw usage('--context wants the name of a context of your kubeconfig');
    return { name: 'up', context: context as string | undefined };
  },
  down: (args) => ({
    name: 'down',
    purge: options('down', args, { purge: { type: 'boolean' } })['purge'] === true,
  }),
  status: (args) => (options('status', args, {}), { name: 'status' }),
  env: (args) => (options('env', args, {}), { name: 'env' }),
  version: (args) => (options('version', args, {}), { name: 'version' }),
  help: () => ({ name: 'help' }),
};

function options(
  command: string,
  args: readonly string[],
  known: NonNullable<ParseArgsConfig['options']>,
): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options: known, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usage(`${command}: ${(error as Error).message.split('. ')[0] ?? 'wrong usage'}`);
  }
}

function isDelegated(name: string): name is DelegatedCommand {
  return delegatedCommands.some((command) => command === name);
}

function usage(message: string): LauncherError {
  return new LauncherError(message, { remedy: 'see ./chatplatform help', exitCode: USAGE_EXIT_CODE });
}
