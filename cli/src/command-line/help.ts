import { EXIT_CODES } from '../exit-codes.ts';
import { renderColumns } from '../output/table.ts';
import type { Command, OptionSpec, OptionSpecs } from './command.ts';
import { GLOBAL_OPTIONS } from './options.ts';

const COMMAND = 'kubectl chatplatform';

export function optionSyntax(name: string, { short, value }: OptionSpec): string {
  const long = value === undefined ? `--${name}` : `--${name}=${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

export function optionText({ text, choices, default: preset }: OptionSpec): string {
  const oneOf = choices === undefined ? '' : ` One of ${choices.join(', ')}.`;
  return `${text}${oneOf}${preset === undefined ? '' : ` Default: ${preset}.`}`;
}

export function usage(command: Command): string {
  const { positional } = command;
  const argument =
    positional === undefined ? '' : positional.required ? ` ${positional.name}` : ` [${positional.name}]`;
  return `${COMMAND} ${command.name}${argument} [options]`;
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`).join('\n');

const optionTable = (specs: OptionSpecs) =>
  indented(
    renderColumns(Object.entries(specs).map(([name, spec]) => [optionSyntax(name, spec), optionText(spec)])),
  );

export function commandHelp(command: Command): string {
  const { positional, options, examples } = command;
  const sections = [
    `${command.summary}\n\n${command.description}`,
    `Usage:\n  ${usage(command)}`,
    positional && `Argument:\n${indented(renderColumns([[positional.name, positional.text]]))}`,
    Object.keys(options).length > 0 && `Options:\n${optionTable(options)}`,
    `Options of every command:\n${optionTable(GLOBAL_OPTIONS)}`,
    `Examples:\n${indented(examples.map(([line, purpose]) => `# ${purpose}\n  ${line}`))}`,
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

export function generalHelp(commands: readonly Command[]): string {
  const list = renderColumns(commands.map(({ name, summary }) => [name, summary]));
  const codes = renderColumns(EXIT_CODES.map(([code, meaning]) => [String(code), meaning]));
  return [
    'Look after chat platforms on Kubernetes.',
    `Usage:\n  ${COMMAND} COMMAND [options]`,
    `Commands:\n${indented(list)}`,
    `Options of every command:\n${optionTable(GLOBAL_OPTIONS)}`,
    `Exit codes:\n${indented(codes)}`,
    `${COMMAND} COMMAND --help tells more of one.\n`,
  ].join('\n\n');
}
