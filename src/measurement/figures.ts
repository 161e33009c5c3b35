/**
 * The shapes every result of this room shares. A result goes into a JSON report, so no field is ever NaN or infinite:
 * what cannot be stated is `null`, and `missing` says why.
 */

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Why a figure or its interval is `null`. */
export type MissingReason =
  /** An arm has no customers, so it has no rate. */
  | 'empty-arm'
  /** A single customer has no variance. */
  | 'too-few-customers'
  /** Neither sampling nor noise could have given anything else, as when nobody in either arm bought anything. */
  | 'no-variance'
  /** The noise in the released sum of squares is as large as the variance it should tell. */
  | 'variance-too-noisy'
  /** A ratio to a figure that is zero or, through noise, negative. */
  | 'denominator-not-positive'
  /** The denominator cannot be told from zero at this confidence, so the interval has no end. */
  | 'unbounded'
  /** The design has too few ways to assign the treatment for this confidence. */
  | 'too-few-assignments';

/** A figure with its uncertainty: sampling error and the added noise together. */
export interface Estimate {
  readonly value: number | null;
  readonly standardError: number | null;
  readonly interval: Interval | null;
  readonly missing: MissingReason | null;
}

/** A ratio of two noisy figures. Its interval is not symmetric, so it has no standard error. */
export interface RatioEstimate {
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly missing: MissingReason | null;
}

export function missingEstimate(missing: MissingReason): Estimate {
  return { value: null, standardError: null, interval: null, missing };
}

export function missingRatio(missing: MissingReason): RatioEstimate {
  return { value: null, interval: null, missing };
}

/** `estimate` in a unit `factor` times smaller, for a public positive `factor`: a rate times customers is a count. */
export function scaleEstimate(estimate: Estimate, factor: number): Estimate {
  const { value, standardError, interval, missing } = estimate;
  return {
    value: value === null ? null : value * factor,
    standardError: standardError === null ? null : standardError * factor,
    interval: interval === null ? null : { lower: interval.lower * factor, upper: interval.upper * factor },
    missing,
  };
}

/** A figure is dominated by its noise when it is smaller than two standard deviations of that noise. */
export function isNoiseDominated(value: number, noiseVariance: number): boolean {
  return Math.abs(value) < 2 * Math.sqrt(noiseVariance);
}
