import {
  type FigureUnit,
  formatBrief,
  formatFor,
  formatLoss,
  formatPValue,
  missingWords,
} from './format-figures.js';
import type { Noise } from './noise.js';
import type { LiftFigures, Lifts, Outcome } from './outcome.js';
import { outcomesOf } from './outcome.js';
import type { Report } from './report-schema.js';

/**
 * Sentences of the report. A name out of a file or from the partner stays apart from the words around it, so that the
 * text and the page can each make it harmless in their own way.
 */
export type Sentence = readonly (string | { readonly name: string })[];

/** What the session found, one sentence an outcome and treatment arm. */
export function headlines(report: Report): Sentence[] {
  return outcomesOf(report).flatMap((outcome) =>
    (outcome.lifts?.overall ?? []).map((figures) => headline(outcome, figures)),
  );
}

function headline({ name, unit, lifts }: Outcome, figures: LiftFigures): Sentence {
  const { absolute, treatment, control, arm } = figures;
  const { value, interval, standardError } = absolute;
  const subject: Sentence = name === null ? ['a match'] : ['“', { name }, '”'];
  const arms: Sentence = [{ name: arm }, ' and the control arm ', { name: lifts?.control ?? '' }];
  if (value === null || interval === null) {
    const why = missingWords(absolute.missing);
    return [...subject, ': the difference between ', ...arms, ` cannot be stated with an interval (${why}).`];
  }
  const format = formatFor(unit);
  const shown = (figure: number): string => format.difference(figure, standardError);
  const range = `95 % interval ${shown(interval.lower)} to ${shown(interval.upper)}`;
  const inNoise = figures.noiseDominated
    ? ' The added noise alone could make a difference of this size.'
    : '';
  if (interval.lower <= 0 && interval.upper >= 0) {
    const found = unit.kind === 'share' ? `${shown(value)} points` : shown(value);
    return [...subject, ': no difference between ', ...arms, ` was shown (${found}, ${range}).${inNoise}`];
  }
  const amount =
    unit.kind === 'share'
      ? `came ${shown(Math.abs(value))} points ${value > 0 ? 'more' : 'less'} often`
      : `was ${shown(Math.abs(value))} a person ${value > 0 ? 'higher' : 'lower'}`;
  const corrected =
    (figures.adjustedPValue ?? 0) >= 0.05
      ? ` It does not hold after correction for the number of arms (p ${formatPValue(figures.adjustedPValue)}).`
      : '';
  return [
    'In the arm ',
    { name: arm },
    ', ',
    ...subject,
    ` ${amount} than in the control arm `,
    { name: lifts?.control ?? '' },
    ` (${format.mean(treatment)} against ${format.mean(control)}; ${range}).${corrected}${inNoise}`,
  ];
}

/** What a reader must know before believing a figure. */
export function warnings(report: Report): Sentence[] {
  const { sampleRatio, matchBalance, experiment, answeredFrom, notKept } = report;
  const lines: Sentence[] = [];
  if (sampleRatio?.mismatch === true) {
    lines.push([
      `The sizes of the arms do not fit the design (p ${formatPValue(sampleRatio.pValue)}): ` +
        'do not believe any lift below.',
    ]);
  }
  if (matchBalance?.mismatch === true) {
    lines.push([
      `The arms match at different rates (p ${formatPValue(matchBalance.pValue)}). If the list of the measures is a ` +
        'customer base, something other than chance made the arms differ; if it holds only people who acted, ' +
        'this is the effect.',
    ]);
  }
  for (const arm of experiment?.emptyArms ?? []) {
    lines.push(['No cell is in the arm ', { name: arm }, ', which is left out.']);
  }
  const incomplete = outcomesOf(report)[0]?.lifts?.incompleteCohorts.length ?? 0;
  if (incomplete > 0) {
    lines.push([
      `${incomplete} cohorts lack a cell of some arm, so the arms differ in make-up over all cohorts.`,
    ]);
  }
  if (answeredFrom !== null) {
    lines.push([
      `Answered from session ${answeredFrom.slice(0, 16)}…, which asked the same: ` +
        'no new figure was told, and nothing new was spent.',
    ]);
  }
  if (notKept !== null) {
    lines.push([`The answer could not be stored (${notKept}): asking the same again will cost again.`]);
  }
  return lines;
}

/** The noise of a figure in one line. */
export function noiseWords(noise: Noise | null): string {
  if (noise === null) return 'none told';
  if (noise.mechanism === 'none') return 'exact: no noise';
  const { mechanism, epsilon, delta, sigma2 } = noise;
  return (
    `${mechanism} noise, epsilon ${formatLoss(epsilon ?? 0)}, delta ${formatLoss(delta ?? 0)}, ` +
    `sigma ${formatBrief(Math.sqrt(sigma2))} (sigma^2 ${formatBrief(sigma2)})`
  );
}

/** The noise behind the figures of an outcome, one line a kind of figure. */
export function outcomeNoise({ name, noise, squaresNoise }: Outcome): string[] {
  const what = name === null ? 'Matched people' : 'Sum';
  return [
    `${what} of each cell: ${noiseWords(noise)}`,
    ...(squaresNoise === null ? [] : [`Sum of squares of each cell: ${noiseWords(squaresNoise)}`]),
  ];
}

/** What a table of lift calls its columns. */
export function liftHeader(unit: FigureUnit): readonly string[] {
  return unit.kind === 'share'
    ? ['rate', 'control', 'difference, points', 'relative', 'incremental']
    : ['mean', 'control', 'difference each', 'relative', 'incremental'];
}

/** How the confidence of a table's intervals is said. */
export function confidenceWords({ confidence }: Lifts): string {
  return `${Math.round(100 * confidence)} % intervals, noise included`;
}

/** The total of a direction. */
export function totalWords({ figures, total }: Report['privacy']['learned']): string {
  if (figures.length === 0) return 'no figure was told';
  if (total === null) return 'not bounded: a figure is exact';
  return `epsilon ${formatLoss(total.epsilon)}, delta ${formatLoss(total.delta)}`;
}
