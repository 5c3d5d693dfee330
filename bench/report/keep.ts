import type { Section } from './figure.ts';
import { renderSection } from './render.ts';
import { mergeResults, type Circumstances, type Results, writeResults } from './results-file.ts';

/** Of one processor: when others take more, figures say more of them than of us. */
const QUIET_PROCESSORS = 0.15;

/** What a scenario measured, and under which circumstances. */
export interface Measured {
  readonly sections: readonly Section[];
  /** Processors that others took meanwhile. */
  readonly foreign: number;
  /** Numbers too small to measure anything. */
  readonly quick: boolean;
  /** Repeats it. */
  readonly command: string;
}

export function renderMeasured({ sections, foreign, quick, command }: Measured, committed: Results): string {
  return [
    '',
    ...sections.map((section) => `${renderSection(section, committed)}\n`),
    ...(quick ? ['quick: these numbers show that it works and measure nothing'] : []),
    ...(foreign > QUIET_PROCESSORS
      ? [
          `BUSY MACHINE: other processes took ${foreign.toFixed(2)} processors meanwhile: do not trust these figures`,
        ]
      : []),
    `again: ${command}`,
  ].join('\n');
}

/**
 * Keeps the figures, unless the machine was busy.
 * @returns what is kept now, and whether these figures are among it
 */
export async function keepMeasured(
  { sections, foreign }: Measured,
  committed: Results,
  { file, ...circumstances }: Circumstances & { file: string },
): Promise<{ results: Results; kept: boolean }> {
  if (foreign > QUIET_PROCESSORS) return { results: committed, kept: false };
  const figures = sections.flatMap((section) => section.figures);
  const results = mergeResults(committed, figures, circumstances);
  await writeResults(file, results);
  return { results, kept: true };
}
