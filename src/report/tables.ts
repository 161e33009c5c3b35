import type { Language } from './language.js';
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
const mark = (noiseDominated: boolean, { t }: Language): string => (noiseDominated ? t('report.noisy') : '');

/** Matched people by cell. */
export function matchTable({ cells }: Report, language: Language): Table {
  const { figures: write, t } = language;
  return {
    header: [
      t('report.table.cell'),
      t('report.table.people'),
      t('report.table.matched'),
      t('report.table.matchRate'),
      '',
    ],
    rows: cells.map((cell, i) => ({
      name: cellName(cell, i),
      cells: [
        write.number(cell.size),
        write.number(cell.count ?? 0),
        cell.matchRate.text,
        mark(cell.noiseDominated, language),
      ],
    })),
  };
}

/** A lift a row, of arms or of cohorts. */
export function liftTable({ unit }: Outcome, lifts: readonly LiftFigures[], language: Language): Table {
  const { t } = language;
  const inCohorts = lifts.some(({ cohort }) => cohort !== null);
  return {
    header: [
      t('report.table.arm'),
      ...liftHeader(unit, language),
      t(inCohorts ? 'report.table.p' : 'report.table.holm'),
      '',
    ],
    rows: lifts.map((figures) => ({
      name: figures.arm,
      group: figures.cohort ?? undefined,
      cells: liftCells(unit, figures, language),
    })),
  };
}

function liftCells(unit: Outcome['unit'], figures: LiftFigures, language: Language): string[] {
  const { figures: write } = language;
  const { treatment, control, absolute, relative, incremental } = figures;
  const format = write.of(unit);
  return [
    format.mean(treatment),
    format.mean(control),
    write.withInterval(absolute, (value) => format.difference(value, absolute.standardError)),
    write.withInterval(relative, write.relative),
    write.withInterval(incremental, write.number),
    write.pValue(figures.cohort === null ? figures.adjustedPValue : figures.pValue),
    mark(figures.noiseDominated, language),
  ];
}

/** The figures of an outcome by cell, or by arm. */
export function figureTable(
  { unit, name }: Outcome,
  figures: readonly (Outcome['cells'][number] | Outcome['arms'][number])[],
  language: Language,
): Table {
  const { figures: write, t } = language;
  const format = write.of(unit);
  return {
    header: [
      t(figures.some((figure) => 'arm' in figure) ? 'report.table.arm' : 'report.table.cell'),
      t('report.table.people'),
      t(name === null ? 'report.table.matched' : 'report.table.sum'),
      t(unit.kind === 'share' ? 'report.table.rate' : 'report.table.mean'),
      '',
    ],
    rows: figures.map((figure) => ({
      name: 'arm' in figure ? figure.arm : figure.name,
      cells: [
        write.number(figure.people),
        format.total(figure.sum),
        format.meanWithInterval(figure.mean),
        mark(figure.noiseDominated, language),
      ],
    })),
  };
}

/** What follows from a lift: effect on exposed people, cost, detectable effect. `undefined` when nothing does. */
export function consequenceTable(
  { unit, consequences }: Outcome,
  { figures: write, t }: Language,
): Table | undefined {
  const { detectable, costs, exposed } = consequences;
  if (detectable === null) return undefined;
  const format = write.of(unit);
  const decimals = unit.kind === 'amount' ? unit.decimals : 2;
  const money = (value: number): string => write.decimal(value, decimals);
  const costHeader = [
    t('report.table.spent'),
    t(unit.kind === 'share' ? 'report.table.costEach' : 'report.table.return'),
  ];
  return {
    header: [
      t('report.table.arm'),
      t('report.table.detectable', { power: Math.round(100 * (detectable[0]?.power ?? 0)) }),
      ...(costs === null ? [] : costHeader),
      ...(exposed === null ? [] : [t('report.table.exposedBy'), t('report.table.exposedEffect')]),
    ],
    rows: detectable.map(({ arm, absolute, relative }) => {
      const cost = costs?.find((entry) => entry.arm === arm);
      const effect = exposed?.find((entry) => entry.arm === arm);
      const returned = cost?.costPerIncremental ?? cost?.returnOnSpend ?? undefined;
      const least =
        absolute === null
          ? '-'
          : (unit.kind === 'share'
              ? t('report.table.detectablePoints', { value: format.difference(absolute, absolute / 10) })
              : format.difference(absolute, absolute / 10)) +
            (relative === null ? '' : ` (${write.relative(relative)})`);
      const [difference, effectRatio] = [effect?.exposureDifference, effect?.effectOnExposed];
      return {
        name: arm,
        cells: [
          least,
          ...(costs === null
            ? []
            : [
                cost === undefined ? '-' : money(cost.spent),
                returned === undefined ? '-' : write.withInterval(returned, money),
              ]),
          ...(exposed === null
            ? []
            : [
                difference === undefined ? '-' : format.meanWithInterval(difference),
                effectRatio === undefined
                  ? '-'
                  : write.withInterval(effectRatio, (value) => write.decimal(100 * value, 2)),
              ]),
        ],
      };
    }),
  };
}

/** Sizes of the arms against the design. */
export function sampleRatioTable(
  { arms }: NonNullable<Report['sampleRatio']>,
  { figures: write, t }: Language,
): Table {
  const total = arms.reduce((sum, { people }) => sum + people, 0);
  return {
    header: [
      t('report.table.arm'),
      t('report.table.people'),
      t('report.table.share'),
      t('report.table.design'),
    ],
    rows: arms.map(({ arm, people, share }) => ({
      name: arm,
      cells: [
        write.number(people),
        `${write.decimal((100 * people) / total, 2)} %`,
        `${write.decimal(100 * share, 2)} %`,
      ],
    })),
  };
}

/** Match rates of the arms. */
export function balanceTable(
  { arms }: NonNullable<Report['matchBalance']>,
  { figures: write, t }: Language,
): Table {
  return {
    header: [t('report.table.arm'), t('report.table.people'), t('report.table.matchRate')],
    rows: arms.map(({ arm, people, matchRate }) => ({
      name: arm,
      cells: [write.number(people), matchRate.text],
    })),
  };
}

/** Every kind of figure that one side told the other, with its noise. */
export function noiseTable(
  { figures }: Report['privacy']['learned'],
  { figures: write, t }: Language,
): Table {
  return {
    header: [
      t('report.table.figure'),
      t('report.table.ofCell'),
      t('report.table.mechanism'),
      t('report.table.epsilon'),
      t('report.table.delta'),
      t('report.table.sigma'),
      t('report.table.sigma2'),
    ],
    rows: figures.map(({ figure, measure, mechanism, epsilon, delta, sigma2 }) => ({
      name: measure ?? t('report.table.people'),
      cells: [
        t(`report.figure.${figure}`),
        mechanism === 'none' ? t('report.table.exact') : mechanism,
        epsilon === null ? '-' : write.loss(epsilon),
        delta === null ? '-' : write.loss(delta),
        write.brief(Math.sqrt(sigma2)),
        write.brief(sigma2),
      ],
    })),
  };
}

/** What became of this side's values, by type of identifier. */
export function identifierTable({ byType }: Report['data'], { figures: write, t }: Language): Table {
  return {
    header: [
      t('report.table.identifier'),
      t('report.table.keys'),
      t('report.table.hashed'),
      t('report.table.duplicates'),
      t('report.table.blank'),
      t('report.table.rejected'),
    ],
    rows: Object.entries(byType).map(([name, { keys, hashed, duplicates, blank, rejected }]) => ({
      name,
      cells: [
        ...[keys, hashed, duplicates, blank].map((count) => write.number(count)),
        Object.entries(rejected)
          .map(([reason, count]) => `${reason} ${write.number(count)}`)
          .join(', ') || '0',
      ],
    })),
  };
}
