/** A whole number with thousands separators, or a dash. */
export function formatNumber(value: number | null): string {
  // Adding 0 makes the -0 that small negative counts round to a plain 0.
  return value === null ? '-' : (Math.round(value) + 0).toLocaleString('en-US');
}

/** A share as a percentage, or a dash. */
export function formatPercent(value: number | null, digits = 3): string {
  return value === null ? '-' : `${(100 * value).toFixed(digits)} %`;
}

/** Rows under a header, columns aligned: the first to the left, numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  return [header, ...rows].map((row) =>
    `  ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
  );
}

/** `text` in lines of at most `width` characters where its words allow; `first` and `rest` set the lines in. */
export function wrapText(
  text: string,
  width: number,
  { first, rest }: { readonly first: string; readonly rest: string },
): string[] {
  const lines: string[] = [];
  let line = first;
  let isFresh = true;
  for (const word of text.split(' ')) {
    if (!isFresh && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isFresh = true;
    }
    line += isFresh ? word : ` ${word}`;
    isFresh = false;
  }
  return [...lines, line];
}
