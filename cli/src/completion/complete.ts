import type { Command } from '../command-line/command.ts';
import { optionsOf } from '../command-line/parse.ts';

export interface Candidate {
  readonly word: string;
  readonly text: string;
}

export interface CompletionInput {
  readonly commands: readonly Command[];
  /** Everything after the program's name; the last one is being written. */
  readonly words: readonly string[];
  /** Names of the platforms, asked for only where one may stand. */
  platforms(): Promise<readonly string[]>;
}

const choices = (values: readonly string[] = []): Candidate[] => values.map((word) => ({ word, text: '' }));

function optionNamed(command: Command, word: string) {
  return Object.entries(optionsOf(command)).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  )?.[1];
}

/** After `--output` or within `--output=`: its choices. Undefined: no value of an option is being written. */
function valueOfOption(command: Command, before: string, current: string): Candidate[] | undefined {
  const assigned = /^(--[\w-]+)=/.exec(current)?.[1];
  if (assigned !== undefined) {
    return choices(optionNamed(command, assigned)?.choices?.map((choice) => `${assigned}=${choice}`));
  }
  const pending = optionNamed(command, before);
  return pending?.type === 'string' ? choices(pending.choices) : undefined;
}

async function argument({ positional }: Command, input: CompletionInput): Promise<Candidate[]> {
  if (positional?.choices !== undefined) return choices(positional.choices);
  return positional?.name === 'PLATFORM' ? choices(await input.platforms()) : [];
}

async function inCommand(command: Command, input: CompletionInput): Promise<Candidate[]> {
  const [before = '', current = ''] = input.words.slice(-2);
  const value = valueOfOption(command, before, current);
  if (value !== undefined) return value;
  if (!current.startsWith('-')) return argument(command, input);
  return Object.entries(optionsOf(command)).map(([name, { text }]) => ({ word: `--${name}`, text }));
}

/** What may stand where the cursor is. */
export async function complete(input: CompletionInput): Promise<Candidate[]> {
  const { commands, words } = input;
  const current = words.at(-1) ?? '';
  const command = commands.find(({ name }) => name === words[0]);
  const candidates =
    words.length <= 1
      ? [...commands.map(({ name, summary }) => ({ word: name, text: summary })), { word: 'help', text: '' }]
      : command === undefined
        ? choices(words[0] === 'help' ? commands.map(({ name }) => name) : [])
        : await inCommand(command, input);
  return candidates.filter(({ word }) => word.startsWith(current));
}
