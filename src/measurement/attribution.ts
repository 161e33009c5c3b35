import { ensure, exactCount } from './input.js';
import { type CheckedCount, type NoisyCount, checkCount, sumCounts } from './noise-interval.js';

/**
 * Attribution at day grain without a timestamp crossing between the parties: the cohort party's cells carry the day of
 * exposure, the measure party has one column for each day of conversion, and the window of days between the two is
 * chosen by which columns are summed for a cell.
 */

/** Days between exposure and conversion that count, both ends included: 0 to 6 is "within a week". */
export interface AttributionWindow {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** The measure columns of a session: column i counts the conversions of day `firstColumnDay` + i. */
export interface ConversionDays {
  readonly firstColumnDay: number;
  readonly columnCount: number;
}

export interface SelectedColumns {
  /** Index of the first column to sum, and of the first one no longer to sum. */
  readonly from: number;
  readonly to: number;
  /** Whether the columns hold every day of the window; else conversions before or after them are not counted. */
  readonly complete: boolean;
}

/**
 * Which columns to sum for the cell of customers exposed on `exposureDay`. Days are whole numbers on one calendar that
 * both parties agreed on. A window wholly outside the columns selects none of them.
 */
export function attributionColumns(
  exposureDay: number,
  window: AttributionWindow,
  days: ConversionDays,
): SelectedColumns {
  ensure(Number.isSafeInteger(exposureDay), 'exposureDay', 'a whole number');
  checkWindow(window, days);
  const first = exposureDay + window.firstDay - days.firstColumnDay;
  const end = exposureDay + window.lastDay - days.firstColumnDay + 1;
  const from = Math.min(Math.max(first, 0), days.columnCount);
  const to = Math.min(Math.max(end, from), days.columnCount);
  return { from, to, complete: first >= 0 && end <= days.columnCount };
}

function checkWindow(
  { firstDay, lastDay }: AttributionWindow,
  { firstColumnDay, columnCount }: ConversionDays,
): void {
  ensure(Number.isSafeInteger(firstDay), 'window.firstDay', 'a whole number');
  ensure(
    Number.isSafeInteger(lastDay) && lastDay >= firstDay,
    'window.lastDay',
    'a whole number, not before firstDay',
  );
  ensure(Number.isSafeInteger(firstColumnDay), 'firstColumnDay', 'a whole number');
  exactCount('columnCount', columnCount);
}

export interface AttributionCell {
  readonly exposureDay: number;
  /** One noisy sum for each column. */
  readonly columns: readonly NoisyCount[];
}

export interface AttributionInput<Cell extends AttributionCell> {
  readonly cells: readonly Cell[];
  readonly firstColumnDay: number;
  readonly window: AttributionWindow;
}

export interface AttributedCell<Cell extends AttributionCell> extends CheckedCount {
  /** The cell as given, with its labels. */
  readonly cell: Cell;
  readonly columnsSummed: number;
  /** Whether every day of the window was observed. Rates of incomplete cells are too low and should not be pooled. */
  readonly complete: boolean;
}

/**
 * Conversions of each cell within the window after its exposure day. The noise of the summed columns adds up, so a
 * longer window is a noisier figure. A customer who converts on two days counts twice unless the measure party bounded
 * contributions to one column.
 *
 * Throws `measurement/invalid-input` when cells have different numbers of columns or a day is not a whole number.
 */
export function attribute<Cell extends AttributionCell>(
  input: AttributionInput<Cell>,
): AttributedCell<Cell>[] {
  const { cells, firstColumnDay, window } = input;
  const columnCount = cells[0]?.columns.length ?? 0;
  return cells.map((cell) => {
    ensure(cell.columns.length === columnCount, 'cells.columns', 'the same number in every cell');
    const { from, to, complete } = attributionColumns(cell.exposureDay, window, {
      firstColumnDay,
      columnCount,
    });
    const summed = sumCounts(
      cell.columns.slice(from, to).map((column) => checkCount('cells.columns', column)),
    );
    return { cell, ...summed, columnsSummed: to - from, complete };
  });
}
