import type { GeoSeries } from '../../../src/measurement/index.js';
import { referenceText } from '../../support/reference-data.js';

/** Rows of a reference CSV file, as objects by column name. Cells may be quoted but hold no quotes. */
export function referenceCsv(name: string): Record<string, string>[] {
  const [header = '', ...lines] = referenceText(name).trim().split(/\r?\n/);
  const columns = cellsOf(header);
  return lines.map((line) => Object.fromEntries(cellsOf(line).map((cell, i) => [columns[i]!, cell])));
}

function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(
    line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g),
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

/** One series a region out of long rows, its days in order. A region without a row for a day had no sales that day. */
export function toSeries(rows: readonly { geo: string; date: string; value: number }[]): GeoSeries[] {
  const dates = [...new Set(rows.map(({ date }) => date))].sort();
  const position = new Map(dates.map((date, i) => [date, i]));
  const byGeo = new Map<string, number[]>();
  for (const { geo, date, value } of rows) {
    const values = byGeo.get(geo) ?? new Array<number>(dates.length).fill(0);
    values[position.get(date)!] = value;
    byGeo.set(geo, values);
  }
  return [...byGeo].map(([geo, values]) => ({ geo, values }));
}
