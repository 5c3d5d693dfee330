import { padded, widthOf } from './style.ts';

/** Aligned columns, two blanks apart; the last one is as wide as it is. */
export function renderColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((found, row) => {
    row.forEach((cell, i) => {
      found[i] = Math.max(found[i] ?? 0, widthOf(cell));
    });
    return found;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : padded(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
