import type { Session } from '../session.ts';
import type { Arguments } from './parse.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Shown in help for what is to be given: `FILE`. */
  readonly value?: string;
  readonly text: string;
  readonly choices?: readonly string[];
  readonly default?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface Positional {
  readonly name: string;
  readonly text: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
}

/** One subcommand. Help, completion and the reference in the README are made from this. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What it does, in a paragraph or two. */
  readonly description: string;
  readonly positional?: Positional;
  readonly options: OptionSpecs;
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** @returns the exit code */
  run(session: Session, args: Arguments): Promise<number>;
}
