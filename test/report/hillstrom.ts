import { discreteLaplace } from '../../src/dp/index.js';
import { NO_ARMS, type CountResult, type Inventory, type MeasureSums } from '../../src/protocol/index.js';
import type { ReportInput } from '../../src/report/index.js';
import { referenceText } from '../support/reference-data.js';
import { inputOf, outcomeOf } from './sample.js';

/**
 * The MineThatData e-mail experiment (Kevin Hillstrom, 2008) as a session with measures would answer it: 64,000 people by
 * arm and segment, whether each bought, and what for. The figures are the exact ones; the noise stated beside them is
 * as small or as large as a test wants.
 */

export const MENS = 'Mens E-Mail';
export const WOMENS = 'Womens E-Mail';
export const CONTROL = 'No E-Mail';
/** The noise of a figure at this epsilon is below what doubles show. */
export const NO_NOISE = '20';
const SQUARE_UNIT = 64;

interface CellTotals {
  size: number;
  bought: number;
  cents: number;
  squares: number;
}

let read: Map<string, CellTotals> | undefined;

/** Totals of the public file by arm and segment; read once. */
export function hillstromCells(): ReadonlyMap<string, CellTotals> {
  return (read ??= readCells());
}

function readCells(): Map<string, CellTotals> {
  const cells = new Map<string, CellTotals>();
  for (const { arm, segment, bought, cents } of hillstromRows()) {
    const key = JSON.stringify([arm, segment]);
    const cell = cells.get(key) ?? { size: 0, bought: 0, cents: 0, squares: 0 };
    cell.size += 1;
    cell.bought += bought;
    cell.cents += cents;
    cell.squares += cents * cents;
    cells.set(key, cell);
  }
  return new Map([...cells].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export interface HillstromRow {
  readonly arm: string;
  readonly segment: string;
  /** 1 for a customer who bought, else 0. */
  readonly bought: number;
  readonly cents: number;
}

/** The customers of the public file. */
export function hillstromRows(): HillstromRow[] {
  const [header, ...lines] = referenceText('hillstrom/hillstrom.csv.gz').trim().split(/\r?\n/);
  const columns = header!.split(',');
  const at = (name: string): number => columns.indexOf(name);
  const [segmentAt, armAt, boughtAt, spendAt] = [
    at('history_segment'),
    at('segment'),
    at('conversion'),
    at('spend'),
  ];
  return lines.map((line) => {
    const values = (line.match(/"[^"]*"|[^,]+/g) ?? []).map((value) => value.replaceAll('"', ''));
    return {
      arm: values[armAt]!,
      segment: values[segmentAt]!,
      bought: Number(values[boughtAt]),
      cents: Math.round(100 * Number(values[spendAt])),
    };
  });
}

export interface HillstromOptions {
  readonly epsilon?: string;
  readonly spendStatistic?: MeasureSums['statistic'];
  readonly experiment?: ReportInput['experiment'];
}

/** What the publisher's report is built from. */
export function hillstromInput(options: HillstromOptions = {}): ReportInput {
  const { epsilon = '0.4', spendStatistic = 'sum-and-squares', experiment } = options;
  const cells = hillstromCells();
  const totals = [...cells.values()];
  const inventory: Inventory = {
    size: 64_000,
    dimensions: ['arm', 'segment'],
    arms: { column: 'arm', treatment: [MENS, WOMENS], control: CONTROL },
    cells: [...cells].map(([key, { size }]) => ({ size, label: JSON.parse(key) as string[] })),
  };
  const bought: MeasureSums = {
    name: 'bought',
    quantum: '1',
    bound: '1',
    statistic: 'sum',
    sums: totals.map((cell) => cell.bought),
    sumMechanism: discreteLaplace(epsilon, 1n),
    squares: undefined,
    squareUnit: 1,
    squaresMechanism: undefined,
  };
  const withSquares = spendStatistic === 'sum-and-squares';
  const spend: MeasureSums = {
    name: 'spend',
    quantum: '0.01',
    bound: '500',
    statistic: spendStatistic,
    sums: totals.map((cell) => cell.cents),
    // At no noise the bound of one quantum stands for the real one, so that the stated noise vanishes too.
    sumMechanism: discreteLaplace(epsilon, epsilon === NO_NOISE ? 1n : 50_000n),
    squares: withSquares ? totals.map((cell) => Math.round(cell.squares / SQUARE_UNIT)) : undefined,
    squareUnit: SQUARE_UNIT,
    squaresMechanism: withSquares
      ? discreteLaplace(epsilon, epsilon === NO_NOISE ? 1n : 2_500_000_000n / BigInt(SQUARE_UNIT))
      : undefined,
  };
  const input = inputOf({ inventory });
  const outcome = outcomeOf(
    inventory,
    totals.map(({ size }) => Math.round(0.6 * size)),
  );
  const result: CountResult = { ...(outcome.result as CountResult), measures: [bought, spend] };
  const term = ({ name, quantum, bound, statistic }: MeasureSums) => ({ name, quantum, bound, statistic });
  return {
    ...input,
    party: 'publisher',
    terms: {
      ...input.terms,
      epsilon: '2',
      purpose: 'effect of two e-mails',
      measures: [term(bought), term(spend)],
    },
    outcome: {
      ...outcome,
      peerParty: 'advertiser',
      peerInventory: { ...outcome.peerInventory, size: 44_000 },
      result,
    },
    experiment,
  };
}

/** The same session as the advertiser sees it: labels shared, or kept by the publisher. */
export function advertiserInput(labels: 'shared' | 'kept', options: HillstromOptions = {}): ReportInput {
  const input = hillstromInput(options);
  const { inventory, outcome, terms } = input;
  const bare = {
    ...inventory,
    dimensions: [],
    arms: NO_ARMS,
    cells: inventory.cells.map(({ size }) => ({ size, label: [] })),
  };
  const shown = labels === 'shared' ? inventory : bare;
  const result = outcome.result as CountResult;
  return {
    ...input,
    side: 'initiator',
    party: 'advertiser',
    terms: { ...terms, shareLabels: labels === 'shared' },
    inventory: { size: 44_000, dimensions: [], arms: NO_ARMS, cells: [] },
    outcome: {
      ...outcome,
      peerParty: 'publisher',
      peerInventory: shown,
      result: {
        ...result,
        counts: result.counts?.map(({ size, count }, i) => ({ size, count, label: shown.cells[i]!.label })),
      },
    },
  };
}
