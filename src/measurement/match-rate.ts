import { exactCount } from './input.js';
import { type NoisyCount, checkCount } from './noise-interval.js';

/** Above this a match rate says too much about the partner's list, so only "more than" is shown. */
export const MATCH_RATE_CAP_PERCENT = 85;

export interface MatchRateInput {
  /** Kind of identifier, such as `email`. */
  readonly identifierType: string;
  /** Usable identifiers of this type on the own list. */
  readonly listSize: number;
  readonly matched: NoisyCount;
  /** Rows of the own list without a usable identifier of this type, by reason. */
  readonly rejects?: Readonly<Record<string, number>>;
}

export interface MatchRate {
  readonly identifierType: string;
  readonly listSize: number;
  /** Whole percent from 0 to 85; `null` for an empty list. */
  readonly percent: number | null;
  /** Whether the rate is above the cap; `percent` is then the cap. */
  readonly capped: boolean;
  /** `12 %`, `>85 %`, or `no identifiers`. */
  readonly text: string;
  readonly rejects: Readonly<Record<string, number>>;
}

/**
 * Match rate of one identifier type, as coarse as a partner may see it: whole percent, capped. Neither the noisy count
 * nor its interval is in the result, because they would undo the cap.
 *
 * Throws `measurement/invalid-input` for a size or reject count that is not a whole number.
 */
export function matchRate(input: MatchRateInput): MatchRate {
  const { identifierType } = input;
  const listSize = exactCount('listSize', input.listSize);
  const { count } = checkCount('matched', input.matched);
  const rejects = { ...input.rejects };
  for (const rows of Object.values(rejects)) exactCount('rejects', rows);
  if (listSize === 0) {
    return { identifierType, listSize, percent: null, capped: false, text: 'no identifiers', rejects };
  }
  const rounded = Math.round((100 * count) / listSize);
  const capped = rounded > MATCH_RATE_CAP_PERCENT;
  // Noise can push the count below zero; a share cannot be.
  const percent = Math.min(MATCH_RATE_CAP_PERCENT, Math.max(0, rounded));
  return {
    identifierType,
    listSize,
    percent,
    capped,
    text: `${capped ? '>' : ''}${String(percent)} %`,
    rejects,
  };
}
