import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Figure, medianOf, UNITS } from './figure.ts';

const result = z.strictObject({
  /** Median of the runs. */
  value: z.number(),
  unit: z.enum(UNITS),
  recordedAt: z.string(),
  /** Figures of another machine are no measure. */
  machine: z.string(),
  /** Repeats it. */
  command: z.string(),
});
const results = z.record(z.string(), result);
/** The committed figures by their ids. */
export type Results = z.infer<typeof results>;
export type Circumstances = Pick<z.infer<typeof result>, 'recordedAt' | 'machine' | 'command'>;

/** Nothing where no figures were committed yet. @throws ZodError when the file holds something else */
export async function readResults(file: string): Promise<Results> {
  try {
    return results.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** What was measured replaces what was committed of the same ids; the rest stays. Ids are sorted, for small diffs. */
export function mergeResults(
  committed: Results,
  figures: readonly Figure[],
  circumstances: Circumstances,
): Results {
  const measured = figures
    .map((figure) => ({ figure, value: medianOf(figure) }))
    // What could not be measured is no result (and no JSON either).
    .filter(({ value }) => Number.isFinite(value))
    .map(
      ({ figure, value }) =>
        [figure.id, { value: rounded(value), unit: figure.unit, ...circumstances }] as const,
    );
  const all = { ...committed, ...Object.fromEntries(measured) };
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const rounded = (value: number): number => Number(value.toPrecision(4));

export async function writeResults(file: string, content: Results): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
}
