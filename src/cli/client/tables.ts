import { plainLabel } from '../../plain-label.js';

const MAX_CELL_CHARS = 72;

/** Columns of text under their heads; a line that says so when there are no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `${none}\n`;
  const cells = [heads, ...rows].map((row) => row.map((cell) => plainLabel(cell, MAX_CELL_CHARS)));
  return `${lines(cells)}\n`;
}

/** A name and a value on each line. */
export function sheet(rows: readonly (readonly [string, string])[]): string {
  return `${lines(rows.map(([name, value]) => [name, plainLabel(value, 200)]))}\n`;
}

function lines(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** An argument as it can be typed into a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
