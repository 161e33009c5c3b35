import { parseDecimal, rationalToNumber, variance, type Mechanism } from '../../dp/index.js';
import {
  minimumDetectableConversionEffect,
  minimumDetectableValueEffect,
  type DetectableEffect,
} from '../../measurement/index.js';
import { figureMechanisms, mechanismsOf, roleOf, type Side, type Terms } from '../../protocol/index.js';
import { REPORT_CONFIDENCE, REPORT_POWER } from '../../report/index.js';
import type { DatasetDefinition, DatasetVersion, QualityReport } from '../datasets/index.js';

/** Rates of the control arm that are tried: nobody knows it before. */
const BASE_RATES = [0.01, 0.05, 0.1] as const;
/** Standard deviations of an amount that are tried, as shares of the measure's bound. */
const SPREADS = [0.05, 0.1, 0.25] as const;

export const DETECTABLE_GAPS = [
  'not-measured',
  'no-cohorts',
  'no-arms',
  'no-version',
  'no-comparison',
  'no-figure',
] as const;
/**
 * Why nothing can be said: the mode compares no arms; the partner holds the cohorts; the dataset has no arms; no version of
 * it was loaded with these identifiers; the version lacks the control arm or any other; no figure of the terms gives an
 * effect with an interval.
 */
export type DetectableGap = (typeof DETECTABLE_GAPS)[number];

export const DETECTABLE_KINDS = ['matched', 'yes-no', 'amount'] as const;

/** The smallest effect of an arm that a session could find, on one assumption about the control arm. */
export interface SessionEffect {
  /** `null` for matched people. */
  readonly measure: string | null;
  readonly kind: (typeof DETECTABLE_KINDS)[number];
  readonly arm: string;
  readonly treatmentPeople: number;
  readonly controlPeople: number;
  readonly power: number;
  readonly confidence: number;
  /** Assumed share of people with the outcome in the control arm; `null` for amounts. */
  readonly baseRate: number | null;
  /** Assumed standard deviation of an amount over all people, as a share of the measure's bound. */
  readonly spread: number | null;
  /** Difference per person, in the unit of the measure; `null` when no effect would be found. */
  readonly absolute: number | null;
  /** The same over the base rate. */
  readonly relative: number | null;
  /** The same over the assumed standard deviation; `null` but for amounts. */
  readonly inStandardDeviations: number | null;
  /** How much larger it is than without noise. */
  readonly inflation: number | null;
}

export interface Detectable {
  readonly detectable: readonly SessionEffect[] | null;
  readonly detectableMissing: DetectableGap | null;
}

interface Setting {
  readonly terms: Terms;
  readonly side: Side;
  readonly definition: Pick<DatasetDefinition, 'arms' | 'data'>;
  /** Newest first. */
  readonly versions: readonly DatasetVersion[];
  readonly definitionDigest: string;
}

/** What a session with these terms could find, noise included, with the cells that this side loaded last. */
export function detectableOf({ terms, side, definition, versions, definitionDigest }: Setting): Detectable {
  const { arms, data } = definition;
  if (terms.mode !== 'aggregate') return missing('not-measured');
  if (roleOf(terms, side) !== 'cohorts') return missing('no-cohorts');
  if (arms === undefined) return missing('no-arms');
  const version = versions.find((one) => one.definitionDigest === definitionDigest && isOf(one, terms));
  const quality = version?.quality ?? null;
  if (quality === null) return missing('no-version');
  const sizes = armsOf(quality, (data.cohorts ?? []).indexOf(arms.column));
  const control = sizes.get(arms.control);
  const treatment = arms.treatment.flatMap((arm) => {
    const size = sizes.get(arm);
    return size === undefined ? [] : [{ arm, ...size }];
  });
  if (control === undefined || treatment.length === 0) return missing('no-comparison');
  const figures = figuresOf(terms, side);
  if (figures.length === 0) return missing('no-figure');
  const detectable = figures.flatMap((figure) =>
    treatment.flatMap((arm) => effectsOf(figure, { ...arm, control })),
  );
  return { detectable, detectableMissing: null };
}

function missing(detectableMissing: DetectableGap): Detectable {
  return { detectable: null, detectableMissing };
}

/** Whether a version holds what a session with these terms reads: a list of other identifiers has other cells. */
function isOf({ quality }: DatasetVersion, { keyTypes }: Terms): boolean {
  if (quality === null) return false;
  const types = Object.keys(quality.byType);
  return types.length === keyTypes.length && keyTypes.every((type) => types.includes(type));
}

interface ArmSize {
  readonly people: number;
  readonly cells: number;
}

function armsOf({ cells }: QualityReport, armAt: number): Map<string, ArmSize> {
  const sizes = new Map<string, ArmSize>();
  for (const { labels, keys } of cells) {
    const arm = labels[armAt];
    if (arm === undefined || keys === 0) continue;
    const { people, cells: known } = sizes.get(arm) ?? { people: 0, cells: 0 };
    sizes.set(arm, { people: people + keys, cells: known + 1 });
  }
  return sizes;
}

/** An outcome that arms are compared by, and its noise. */
interface Figure {
  readonly measure: string | null;
  readonly kind: SessionEffect['kind'];
  /** Of one cell, in squared units of the measure. */
  readonly noiseVariance: number;
  /** The most that one person counts for. */
  readonly bound: number;
}

/** As reports have it: the measures, or the matched people of a session without any. */
function figuresOf(terms: Terms, side: Side): Figure[] {
  if (terms.measures.length === 0) {
    const noiseVariance = varianceOf(mechanismsOf(terms, side).learned);
    return [{ measure: null, kind: 'matched', noiseVariance, bound: 1 }];
  }
  return figureMechanisms(terms).flatMap(({ measure: { name, quantum, bound, statistic }, sum }) => {
    const kind = quantum === '1' && bound === '1' ? 'yes-no' : 'amount';
    // Without squares nothing tells how far a mean may be off, so there is no lift either.
    if (kind === 'amount' && statistic === 'sum') return [];
    const noiseVariance = varianceOf(sum) * numberOf(quantum) ** 2;
    return [{ measure: name, kind, noiseVariance, bound: numberOf(bound) } as const];
  });
}

interface Arms extends ArmSize {
  readonly arm: string;
  readonly control: ArmSize;
}

function effectsOf({ measure, kind, noiseVariance, bound }: Figure, arms: Arms): SessionEffect[] {
  const { arm, people, cells, control } = arms;
  // One variance for both arms that gives the difference the noise which it has.
  const [t, c] = [1 / people ** 2, 1 / control.people ** 2];
  const plan = {
    treatmentN: people,
    controlN: control.people,
    noiseVariancePerArm: (noiseVariance * (cells * t + control.cells * c)) / (t + c),
    confidence: REPORT_CONFIDENCE,
    power: REPORT_POWER,
  };
  const both = <Of extends typeof plan>(of: Of, effect: (plan: Of) => DetectableEffect | null) => {
    const [found, quiet] = [effect(of), effect({ ...of, noiseVariancePerArm: 0 })];
    return {
      absolute: found?.absolute ?? null,
      inflation: found === null || quiet === null ? null : found.absolute / quiet.absolute,
    };
  };
  const shared = {
    ...{ measure, kind, arm, treatmentPeople: people, controlPeople: control.people },
    ...{ power: REPORT_POWER, confidence: REPORT_CONFIDENCE },
  };
  if (kind !== 'amount') {
    return BASE_RATES.map((baseRate) => {
      const effect = both({ ...plan, baseRate }, minimumDetectableConversionEffect);
      const relative = effect.absolute === null ? null : effect.absolute / baseRate;
      return { ...shared, ...effect, baseRate, spread: null, relative, inStandardDeviations: null };
    });
  }
  return SPREADS.map((spread) => {
    const standardDeviationMinorUnits = spread * bound;
    const amount = { ...plan, meanMinorUnits: 0, standardDeviationMinorUnits };
    const effect = both(amount, minimumDetectableValueEffect);
    const inStandardDeviations =
      effect.absolute === null ? null : effect.absolute / standardDeviationMinorUnits;
    return { ...shared, ...effect, baseRate: null, spread, relative: null, inStandardDeviations };
  });
}

function varianceOf(mechanism: Mechanism | undefined): number {
  return mechanism === undefined ? 0 : variance(mechanism);
}

function numberOf(decimal: string): number {
  const value = parseDecimal(decimal);
  return value === undefined ? NaN : rationalToNumber(value, 'nearest');
}
