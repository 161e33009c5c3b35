import { matchRate, sampleRatioCheck } from '../measurement/index.js';
import { type NoisyCounts, conversionArm, conversionLiftOf } from './conversion-effects.js';
import { type Experiment, type ExperimentInput, armsOf, cellsOfArm, entryOf } from './experiment.js';
import type { Report } from './report-schema.js';

/** Checks of an experiment, whose alarms say that its lift is not to be believed. */

/** Below this p-value a check raises its alarm: it runs on every report. */
const ALARM_BELOW = 0.001;

export type MatchRateJson = NonNullable<Report['matchRate']>;

/** Share of `people` that matched, as coarse as it should be shown. */
export function matchRateOf(people: number, matched: number): MatchRateJson {
  const { percent, capped, text } = matchRate({
    identifierType: '',
    listSize: people,
    matched: { count: matched, noiseVariance: 0 },
  });
  return { percent, capped, text: people === 0 ? '-' : text };
}

/** The sizes of the arms against the shares of the design; `null` when fewer than two arms have one. */
export function sampleRatioOf(
  experiment: Experiment | undefined,
  { shares }: ExperimentInput,
): Report['sampleRatio'] {
  if (experiment === undefined || shares === undefined) return null;
  const arms = [...experiment.treatment, experiment.control].flatMap((arm) => {
    const share = entryOf(shares, arm);
    const people = cellsOfArm(experiment, arm).reduce((sum, { size }) => sum + size, 0);
    return share === undefined || share <= 0 ? [] : [{ arm, people, share }];
  });
  if (arms.length < 2 || arms.every(({ people }) => people === 0)) return null;
  const total = arms.reduce((sum, { share }) => sum + share, 0);
  return {
    arms: arms.map((arm) => ({ ...arm, share: arm.share / total })),
    ...sampleRatioCheck({
      arms: arms.map(({ people, share }) => ({ n: people, designShare: share })),
      alarmBelow: ALARM_BELOW,
    }),
  };
}

/**
 * Whether the arms match alike: each treatment arm's match rate against that of the control arm, noise included. People
 * were put into arms by chance, so a customer base holds the same share of each.
 */
export function matchBalanceOf(experiment: Experiment, counts: NoisyCounts): Report['matchBalance'] {
  const pValues = (conversionLiftOf(experiment, counts)?.overall ?? []).flatMap(({ adjustedPValue }) =>
    adjustedPValue === null ? [] : [adjustedPValue],
  );
  const pValue = pValues.length === 0 ? null : Math.min(...pValues);
  return {
    arms: armsOf(experiment).map((arm) => {
      const { n, conversions } = conversionArm(cellsOfArm(experiment, arm), counts);
      return { arm, people: Number(n), matchRate: matchRateOf(Number(n), Number(conversions)) };
    }),
    pValue,
    mismatch: pValue !== null && pValue < ALARM_BELOW,
  };
}
