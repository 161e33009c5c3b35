import {
  formatBrief,
  formatDecimal,
  formatFor,
  formatLoss,
  formatPValue,
  formatRelative,
  withInterval,
} from './format-figures.js';
import { formatNumber } from './format-text.js';
import { type LiftFigures, type Outcome, cellName } from './outcome.js';
import type { Report } from './report-schema.js';
import { liftHeader } from './words.js';

/** The tables of a report without their looks: the text and the page show the same rows. */
export interface Table {
  /** The first names the rows. */
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  /** From a file or the partner: never shown as it is. */
  readonly name: string;
  /** What rows in succession have in common; of the same origin as the name. */
  readonly group?: string | undefined;
  readonly cells: readonly string[];
}

/** Marks a figure below two standard deviations of its noise. */
export const NOISY = 'mostly noise';
const mark = (noiseDominated: boolean): string => (noiseDominated ? NOISY : '');

/** Matched people by cell. */
export function matchTable({ cells }: Report): Table {
  return {
    header: ['cell', 'people', 'matched', 'match rate', ''],
    rows: cells.map((cell, i) => ({
      name: cellName(cell, i),
      cells: [
        formatNumber(cell.size),
        formatNumber(cell.count ?? 0),
        cell.matchRate.text,
        mark(cell.noiseDominated),
      ],
    })),
  };
}

/** A lift a row, of arms or of cohorts. */
export function liftTable({ unit }: Outcome, lifts: readonly LiftFigures[]): Table {
  const inCohorts = lifts.some(({ cohort }) => cohort !== null);
  return {
    header: ['arm', ...liftHeader(unit), inCohorts ? 'p' : 'Holm p', ''],
    rows: lifts.map((figures) => ({
      name: figures.arm,
      group: figures.cohort ?? undefined,
      cells: liftCells({ unit }, figures),
    })),
  };
}

function liftCells({ unit }: Pick<Outcome, 'unit'>, figures: LiftFigures): string[] {
  const { treatment, control, absolute, relative, incremental } = figures;
  const format = formatFor(unit);
  return [
    format.mean(treatment),
    format.mean(control),
    withInterval(absolute, (value) => format.difference(value, absolute.standardError)),
    withInterval(relative, formatRelative),
    withInterval(incremental, (value) => formatNumber(value)),
    formatPValue(figures.cohort === null ? figures.adjustedPValue : figures.pValue),
    mark(figures.noiseDominated),
  ];
}

/** The figures of an outcome by cell, or by arm. */
export function figureTable(
  { unit, name }: Outcome,
  figures: readonly (Outcome['cells'][number] | Outcome['arms'][number])[],
): Table {
  const format = formatFor(unit);
  return {
    header: [
      figures.some((figure) => 'arm' in figure) ? 'arm' : 'cell',
      'people',
      name === null ? 'matched' : 'sum',
      unit.kind === 'share' ? 'rate' : 'mean',
      '',
    ],
    rows: figures.map((figure) => ({
      name: 'arm' in figure ? figure.arm : figure.name,
      cells: [
        formatNumber(figure.people),
        format.total(figure.sum),
        format.meanWithInterval(figure.mean),
        mark(figure.noiseDominated),
      ],
    })),
  };
}

/** What follows from a lift: effect on exposed people, cost, detectable effect. `undefined` when nothing does. */
export function consequenceTable({ unit, consequences }: Outcome): Table | undefined {
  const { detectable, costs, exposed } = consequences;
  if (detectable === null) return undefined;
  const format = formatFor(unit);
  const decimals = unit.kind === 'amount' ? unit.decimals : 2;
  const money = (value: number): string => formatDecimal(value, decimals);
  const costHeader =
    unit.kind === 'share' ? ['spent', 'cost of one incremental'] : ['spent', 'incremental return on spend'];
  return {
    header: [
      'arm',
      `detectable at ${Math.round(100 * (detectable[0]?.power ?? 0))} % power`,
      ...(costs === null ? [] : costHeader),
      ...(exposed === null ? [] : ['exposed by the arm', 'effect on exposed, points']),
    ],
    rows: detectable.map(({ arm, absolute, relative }) => {
      const cost = costs?.find((entry) => entry.arm === arm);
      const effect = exposed?.find((entry) => entry.arm === arm);
      const returned = cost?.costPerIncremental ?? cost?.returnOnSpend ?? undefined;
      const least =
        absolute === null
          ? '-'
          : `${format.difference(absolute, absolute / 10)}${unit.kind === 'share' ? ' points' : ''}` +
            (relative === null ? '' : ` (${formatRelative(relative)})`);
      const [difference, effectRatio] = [effect?.exposureDifference, effect?.effectOnExposed];
      return {
        name: arm,
        cells: [
          least,
          ...(costs === null
            ? []
            : [
                cost === undefined ? '-' : money(cost.spent),
                returned === undefined ? '-' : withInterval(returned, money),
              ]),
          ...(exposed === null
            ? []
            : [
                difference === undefined ? '-' : format.meanWithInterval(difference),
                effectRatio === undefined
                  ? '-'
                  : withInterval(effectRatio, (value) => formatDecimal(100 * value, 2)),
              ]),
        ],
      };
    }),
  };
}

/** Sizes of the arms against the design. */
export function sampleRatioTable({ arms }: NonNullable<Report['sampleRatio']>): Table {
  const total = arms.reduce((sum, { people }) => sum + people, 0);
  return {
    header: ['arm', 'people', 'share', 'design'],
    rows: arms.map(({ arm, people, share }) => ({
      name: arm,
      cells: [
        formatNumber(people),
        `${formatDecimal((100 * people) / total, 2)} %`,
        `${formatDecimal(100 * share, 2)} %`,
      ],
    })),
  };
}

/** Match rates of the arms. */
export function balanceTable({ arms }: NonNullable<Report['matchBalance']>): Table {
  return {
    header: ['arm', 'people', 'match rate'],
    rows: arms.map(({ arm, people, matchRate }) => ({
      name: arm,
      cells: [formatNumber(people), matchRate.text],
    })),
  };
}

/** Every kind of figure that one side told the other, with its noise. */
export function noiseTable({ figures }: Report['privacy']['learned']): Table {
  const what = { matched: 'matched people', sum: 'sum', squares: 'sum of squares' } as const;
  return {
    header: ['figure', 'of each cell', 'mechanism', 'epsilon', 'delta', 'sigma', 'sigma^2'],
    rows: figures.map(({ figure, measure, mechanism, epsilon, delta, sigma2 }) => ({
      name: measure ?? 'people',
      cells: [
        what[figure],
        mechanism === 'none' ? 'exact' : mechanism,
        epsilon === null ? '-' : formatLoss(epsilon),
        delta === null ? '-' : formatLoss(delta),
        formatBrief(Math.sqrt(sigma2)),
        formatBrief(sigma2),
      ],
    })),
  };
}
