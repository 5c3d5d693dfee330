import { median } from '../measure/summary.ts';

export const UNITS = ['ms', 's', '/s', 'B', 'MiB', 'x', 'CPU s', 'CPU', '%', ''] as const;
export type Unit = (typeof UNITS)[number];

/** One thing measured, once a run. */
export interface Figure {
  /** Stable over versions: committed results are found by it. For example `fan-out/1000/platform/p99`. */
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  /** In the order of the runs. */
  readonly values: readonly number[];
  /** What the project wants of its median. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What a reader must know to read the figures right. */
  readonly notes: readonly string[];
}

export const medianOf = (figure: Figure): number => median(figure.values);

export function meetsGoal({ goal, ...figure }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  const value = medianOf(figure);
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/**
 * What each run measured, turned into figures: one entry a run, all with the same keys.
 * @throws Error when the runs did not measure the same things
 */
export function figuresOf(
  runs: readonly Readonly<Record<string, number>>[],
  describe: (key: string) => Omit<Figure, 'values'>,
): Figure[] {
  return Object.keys(runs[0] ?? {}).map((key) => {
    const values = runs.map((run) => run[key]);
    if (values.includes(undefined)) throw new Error(`"${key}" was not measured in every run`);
    return { ...describe(key), values: values.filter((value) => value !== undefined) };
  });
}

/** What every run measured; for what is told of only when it is large, and is small in one of them. */
export function inAllRuns(runs: readonly Readonly<Record<string, number>>[]): Record<string, number>[] {
  const keys = Object.keys(runs[0] ?? {}).filter((key) => runs.every((run) => key in run));
  return runs.map((run) => Object.fromEntries(keys.map((key) => [key, run[key] ?? Number.NaN])));
}
