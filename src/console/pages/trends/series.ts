import type { TrendRun } from '../../../admin/index.js';

export interface Point {
  readonly at: string;
  readonly value: number | null;
  readonly lower?: number | null;
  readonly upper?: number | null;
}

/** The lift of one arm on one measure, over the runs. */
export interface LiftSeries {
  readonly measure: string | null;
  readonly arm: string;
  readonly points: readonly Point[];
}

export function matchPoints(runs: readonly TrendRun[]): Point[] {
  return runs.map(({ at, matchRatePercent }) => ({ at, value: matchRatePercent }));
}

export function budgetPoints(runs: readonly TrendRun[]): Point[] {
  return runs.map(({ at, epsilon }) => ({ at, value: epsilon === null ? null : Number(epsilon) }));
}

/** A series for each measure and arm, with a gap for each run that did not tell it. */
export function liftSeries(runs: readonly TrendRun[]): LiftSeries[] {
  const names = new Map<string, Pick<LiftSeries, 'measure' | 'arm'>>();
  for (const { lifts } of runs) {
    for (const { measure, arm } of lifts) names.set(JSON.stringify([measure, arm]), { measure, arm });
  }
  return [...names.values()].map(({ measure, arm }) => ({
    measure,
    arm,
    points: runs.map(({ at, lifts }) => {
      const lift = lifts.find((one) => one.measure === measure && one.arm === arm);
      return { at, value: lift?.value ?? null, lower: lift?.lower ?? null, upper: lift?.upper ?? null };
    }),
  }));
}

/** How many points have a figure: a course needs two. */
export function known(points: readonly Point[]): number {
  return points.filter(({ value }) => value !== null).length;
}
