import { type Figure, medianOf, meetsGoal, type Section, type Unit } from './figure.ts';
import type { Results } from './results-file.ts';

const COLUMNS = ['figure', 'median', 'min', 'max', 'committed', 'ratio', 'goal'] as const;

/** The figures of a section as a table, with the committed ones beside them. */
export function renderSection(section: Section, committed: Results): string {
  const rows = section.figures.map((figure) => row(figure, committed));
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const notes = section.notes.map((note) => `  note: ${note}`);
  return [section.title, ...[COLUMNS, ...rows].map((cells) => `  ${line(cells)}`), ...notes].join('\n');
}

function row(figure: Figure, committed: Results): string[] {
  const { id, label, unit, values } = figure;
  const value = medianOf(figure);
  const before = committed[id]?.value;
  return [
    label,
    formatValue(value, unit),
    formatValue(Math.min(...values), unit),
    formatValue(Math.max(...values), unit),
    before === undefined ? '-' : formatValue(before, unit),
    before === undefined || before === 0 ? '-' : `${(value / before).toFixed(2)}x`,
    goalCell(figure),
  ];
}

function goalCell(figure: Figure): string {
  const { goal, unit } = figure;
  if (goal === undefined) return '';
  const bound =
    'atMost' in goal ? `<= ${formatValue(goal.atMost, unit)}` : `>= ${formatValue(goal.atLeast, unit)}`;
  return `${bound} ${meetsGoal(figure) === true ? 'met' : 'MISSED'}`;
}

/** Three significant digits, and thousands in groups: more would be noise. */
export function formatValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '?';
  const digits = value === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === 'x' || unit === '/s' ? `${text}${unit}` : unit === '' ? text : `${text} ${unit}`;
}
