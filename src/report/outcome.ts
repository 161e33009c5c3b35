import { type FigureUnit, decimalsOf } from './format-figures.js';
import type { Noise } from './noise.js';
import type { Report } from './report-schema.js';
import type {
  Consequences,
  ConversionTableJson,
  EstimateJson,
  RatioJson,
  ReportMeasure,
  ValueTableJson,
} from './report-types.js';

/** One outcome of a session as both the text and the page show it: matched people, or a measure. */
export interface Outcome {
  /** The measure; `null` for matched people. */
  readonly name: string | null;
  readonly unit: FigureUnit;
  readonly lifts: Lifts | null;
  readonly arms: readonly ArmFigures[];
  readonly cells: readonly CellFigures[];
  readonly missing: string | null;
  readonly consequences: Consequences;
  /** Noise in the figure of one cell. */
  readonly noise: Noise;
  readonly squaresNoise: Noise | null;
}

export interface Lifts {
  readonly control: string;
  readonly confidence: number;
  readonly overall: readonly LiftFigures[];
  /** The same within each cohort; empty with a single cohort, which is the whole. */
  readonly cohorts: readonly LiftFigures[];
  readonly incompleteCohorts: readonly string[];
}

export interface LiftFigures {
  readonly arm: string;
  readonly cohort: string | null;
  readonly treatment: EstimateJson;
  readonly control: EstimateJson;
  readonly absolute: EstimateJson;
  readonly relative: RatioJson;
  /** Outcomes or amount that would not have come without the treatment. */
  readonly incremental: EstimateJson;
  readonly pValue: number | null;
  readonly adjustedPValue: number | null;
  readonly heterogeneityPValue: number | null;
  readonly noiseDominated: boolean;
}

export interface ArmFigures {
  readonly arm: string;
  readonly people: number;
  readonly sum: number;
  readonly mean: EstimateJson;
  readonly noiseDominated: boolean;
}

export interface CellFigures {
  /** Values of the cell's dimensions, or its number when the partner keeps them. */
  readonly name: string;
  readonly people: number;
  readonly sum: number;
  readonly mean: EstimateJson;
  readonly noiseDominated: boolean;
}

/** The name of a cell in a report. */
export function cellName({ label }: Report['cells'][number], index: number): string {
  const name = Object.values(label).join(' / ');
  return name === '' ? `cell ${index}` : name;
}

/** The outcomes of a report: its measures, or the matched people of a session without any. */
export function outcomesOf(report: Report): Outcome[] {
  if (report.measures.length > 0) return report.measures.map((measure) => outcomeOfMeasure(report, measure));
  const noise = report.privacy.counts;
  if (report.mode !== 'aggregate' || noise === null) return [];
  return [
    {
      name: null,
      unit: { kind: 'share' },
      lifts: report.lift === null ? null : conversionLifts(report.lift),
      arms: [],
      cells: report.cells.flatMap((cell, i) =>
        cell.rate === null
          ? []
          : [
              {
                name: cellName(cell, i),
                people: cell.size,
                sum: cell.count ?? 0,
                mean: cell.rate,
                noiseDominated: cell.noiseDominated,
              },
            ],
      ),
      missing: null,
      consequences: consequencesOf(report),
      noise,
      squaresNoise: null,
    },
  ];
}

function outcomeOfMeasure({ cells }: Report, measure: ReportMeasure): Outcome {
  const { name, kind, quantum, lift, privacy, missing } = measure;
  return {
    name,
    unit: kind === 'yes-no' ? { kind: 'share' } : { kind: 'amount', decimals: decimalsOf(quantum) },
    lifts:
      lift === null
        ? null
        : lift.kind === 'conversion'
          ? conversionLifts(lift.table)
          : valueLifts(lift.table),
    arms: measure.arms ?? [],
    cells: measure.cells.flatMap((figures, i) => {
      const cell = cells[i];
      return cell === undefined ? [] : [{ ...figures, name: cellName(cell, i), people: cell.size }];
    }),
    missing,
    consequences: consequencesOf(measure),
    noise: privacy.sum,
    squaresNoise: privacy.squares,
  };
}

function consequencesOf({ detectable, costs, exposed }: Consequences): Consequences {
  return { detectable, costs, exposed };
}

function conversionLifts(table: ConversionTableJson): Lifts {
  return liftsOf(table, ({ treatment, control, incrementalConversions, ...rest }) => ({
    ...rest,
    treatment: treatment.rate,
    control: control.rate,
    incremental: incrementalConversions,
  }));
}

function valueLifts(table: ValueTableJson): Lifts {
  return liftsOf(table, ({ treatment, control, incrementalValue, ...rest }) => ({
    ...rest,
    treatment: treatment.mean,
    control: control.mean,
    incremental: incrementalValue,
  }));
}

type BareFigures = Omit<LiftFigures, 'arm' | 'cohort' | 'adjustedPValue' | 'heterogeneityPValue'>;
interface BareTable<Lift> {
  readonly controlArm: string;
  readonly overall: readonly {
    readonly arm: string;
    readonly lift: Lift;
    readonly adjustedPValue: number | null;
    readonly heterogeneity: { readonly pValue: number } | null;
  }[];
  readonly cohorts: readonly {
    readonly cohort: string;
    readonly arms: readonly { readonly arm: string; readonly lift: Lift }[];
  }[];
  readonly incompleteCohorts: readonly string[];
}

function liftsOf<Lift extends { readonly confidence: number }>(
  { controlArm, overall, cohorts, incompleteCohorts }: BareTable<Lift>,
  figuresOf: (lift: Lift) => BareFigures,
): Lifts {
  return {
    control: controlArm,
    confidence: overall[0]?.lift.confidence ?? 0,
    overall: overall.map(({ arm, lift, adjustedPValue, heterogeneity }) => ({
      ...figuresOf(lift),
      arm,
      cohort: null,
      adjustedPValue,
      heterogeneityPValue: heterogeneity?.pValue ?? null,
    })),
    cohorts:
      cohorts.length < 2
        ? []
        : cohorts.flatMap(({ cohort, arms }) =>
            arms.map(({ arm, lift }) => ({
              ...figuresOf(lift),
              arm,
              cohort,
              adjustedPValue: null,
              heterogeneityPValue: null,
            })),
          ),
    incompleteCohorts,
  };
}
