import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { LauncherError } from '@chatplatform/local/launcher/launcher-error';

/** What the command line of one suite may say. */
export interface Grammar<Scenario extends string, Amount extends string, Switch extends string> {
  /** Shown beside what is not understood. */
  readonly usage: string;
  readonly scenarios: readonly Scenario[];
  /** Flags that take whole numbers from 1 to this: what a machine can be asked for in bounded time. */
  readonly most: Readonly<Record<Amount, number>>;
  readonly switches: readonly Switch[];
}

export interface Flags<Scenario extends string, Amount extends string, Switch extends string> {
  /** As they were named. */
  readonly scenarios: readonly Scenario[];
  on(name: Switch): boolean;
  one(flag: Amount, otherwise: number): number;
  several(flag: Amount, otherwise: readonly number[]): readonly number[];
}

/** Reading throws a LauncherError with exit code 2 for what is not understood. */
export function readFlags<Scenario extends string, Amount extends string, Switch extends string>(
  grammar: Grammar<Scenario, Amount, Switch>,
  args: readonly string[],
): Flags<Scenario, Amount, Switch> {
  const { values, positionals } = parse(grammar, args);
  const wrong = (message: string, cause?: unknown) => misused(grammar.usage, message, cause);
  const amount = (flag: Amount, text: string, takes: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    const most = grammar.most[flag];
    if (value >= 1 && value <= most) return value;
    throw wrong(`--${flag} takes ${takes} from 1 to ${most}, not "${text}"`);
  };
  const given = (flag: Amount): string | undefined => {
    const value = values[flag];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    scenarios: positionals.map((name) => {
      const found = grammar.scenarios.find((scenario) => scenario === name);
      if (found === undefined) throw wrong(`there is no scenario "${name}"`);
      return found;
    }),
    on: (name) => values[name] === true,
    one: (flag, otherwise) => amount(flag, given(flag) ?? String(otherwise), 'a whole number'),
    several: (flag, otherwise) =>
      given(flag)
        ?.split(',')
        .map((text) => amount(flag, text, 'whole numbers')) ?? otherwise,
  };
}

function parse<Scenario extends string, Amount extends string, Switch extends string>(
  { usage, most, switches }: Grammar<Scenario, Amount, Switch>,
  args: readonly string[],
): { values: Readonly<Record<string, unknown>>; positionals: string[] } {
  const options: ParseArgsOptionsConfig = Object.fromEntries([
    ...Object.keys(most).map((flag) => [flag, { type: 'string' as const }]),
    ...switches.map((name) => [name, { type: 'boolean' as const }]),
  ]);
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw misused(usage, (error as Error).message, error);
  }
}

/** The error for a command line that cannot be followed. */
export const misused = (usage: string, message: string, cause?: unknown): LauncherError =>
  new LauncherError(`bench: ${message}`, { remedy: usage, exitCode: 2, cause });
