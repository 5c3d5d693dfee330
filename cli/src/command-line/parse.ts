import { parseArgs } from 'node:util';
import { UsageError } from '../cli-error.ts';
import type { OutputFormat } from '../output/print.ts';
import type { Command, OptionSpec, OptionSpecs } from './command.ts';
import { GLOBAL_OPTIONS } from './options.ts';

/** What was given to a command, checked against its table of options. */
export class Arguments {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positional: string | undefined;

  constructor(values: Readonly<Record<string, string | boolean | undefined>>, positional?: string) {
    this.#values = values;
    this.positional = positional;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  get format(): OutputFormat {
    return (this.text('output') ?? 'table') as OutputFormat;
  }
}

export const optionsOf = (command: Command): OptionSpecs => ({ ...command.options, ...GLOBAL_OPTIONS });

const helpOf = ({ name }: Command) => `kubectl chatplatform ${name} --help`;

/** @throws UsageError */
export function parseCommandLine(command: Command, argv: readonly string[]): Arguments {
  const specs = optionsOf(command);
  const { values, positionals } = parsed(command, specs, argv);
  const [positional, surplus] = positionals;
  if (positional !== undefined && command.positional === undefined) {
    throw new UsageError(`${command.name} takes no ${JSON.stringify(positional)}`, helpOf(command));
  }
  if (surplus !== undefined) {
    throw new UsageError(`${JSON.stringify(surplus)} is one argument too many`, helpOf(command));
  }
  for (const [name, spec] of Object.entries(specs)) checkChoice(`--${name}`, spec, values[name], command);
  if (values['help'] !== true) checkPositional(command, positional);
  const defaults = Object.entries(specs).map(([name, spec]) => [name, spec.default]);
  return new Arguments({ ...Object.fromEntries(defaults), ...values }, positional);
}

/** The options of every command among words that need not make a command line yet. */
export function globalOptions(words: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries<OptionSpec>(GLOBAL_OPTIONS).map(([name, { type, short }]) => [
      name,
      { type, ...(short && { short }) },
    ]),
  );
  const { values } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false });
  return new Arguments(values as Record<string, string | boolean | undefined>);
}

function parsed(command: Command, specs: OptionSpecs, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
  );
  try {
    const result = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return {
      positionals: result.positionals,
      values: { ...result.values } as Record<string, string | boolean | undefined>,
    };
  } catch (error) {
    // The first sentence names the option; the others are about Node's own way of escaping.
    const [message = ''] = String((error as Error).message).split(/\.\s/);
    throw new UsageError(message, helpOf(command));
  }
}

function checkChoice(
  name: string,
  { choices }: Pick<OptionSpec, 'choices'>,
  value: string | boolean | undefined,
  command: Command,
): void {
  if (choices === undefined || typeof value !== 'string' || choices.includes(value)) return;
  throw new UsageError(
    `${name} is one of ${choices.join(', ')}, not ${JSON.stringify(value)}`,
    helpOf(command),
  );
}

function checkPositional(command: Command, value: string | undefined): void {
  const { positional } = command;
  if (positional === undefined) return;
  if (value === undefined && positional.required) {
    throw new UsageError(`${positional.name} is missing`, helpOf(command));
  }
  checkChoice(positional.name, positional, value, command);
}
