import type { FigureUnit } from './format-figures.js';
import type { Language, Named, Sentence } from './language.js';
import type { Noise } from './noise.js';
import type { LiftFigures, Lifts, Outcome } from './outcome.js';
import { outcomesOf } from './outcome.js';
import type { Report } from './report-schema.js';

/** What the session found, in sentences to repeat: one an outcome and treatment arm, and what the money did. */
export function headlines(report: Report, language: Language): Sentence[] {
  return outcomesOf(report).flatMap((outcome) =>
    (outcome.lifts?.overall ?? []).flatMap((figures) => [
      headline(outcome, figures, language),
      ...returnHeadline(outcome, figures, language),
    ]),
  );
}

/** The measure as a value of a message: which of two wordings, and its name. */
function measureValues(name: string | null): { has: string; measure: Named } {
  return { has: name === null ? 'no' : 'yes', measure: { name: name ?? '' } };
}

function headline({ name, unit, lifts }: Outcome, figures: LiftFigures, language: Language): Sentence {
  const { figures: write, say, t } = language;
  const { absolute, treatment, control, arm } = figures;
  const { value, interval, standardError } = absolute;
  const named = { ...measureValues(name), arm: { name: arm }, control: { name: lifts?.control ?? '' } };
  if (value === null || interval === null) {
    return say('report.headline.unstated', { ...named, reason: write.missing(absolute.missing) });
  }
  const format = write.of(unit);
  const shown = (figure: number): string => format.difference(figure, standardError);
  const values = {
    ...named,
    kind: unit.kind,
    confidence: Math.round(100 * (lifts?.confidence ?? 0)),
    lower: shown(interval.lower),
    upper: shown(interval.upper),
  };
  const inNoise = figures.noiseDominated ? [` ${t('report.headline.inNoise')}`] : [];
  if (interval.lower <= 0 && interval.upper >= 0) {
    return [...say('report.headline.none', { ...values, amount: shown(value) }), ...inNoise];
  }
  const undone =
    (figures.adjustedPValue ?? 0) >= 0.05
      ? [` ${t('report.headline.undone', { p: write.pValue(figures.adjustedPValue) })}`]
      : [];
  const found = say(unit.kind === 'share' ? 'report.headline.share' : 'report.headline.amount', {
    ...values,
    amount: shown(Math.abs(value)),
    direction: value > 0 ? 'up' : 'down',
    treated: format.mean(treatment),
    base: format.mean(control),
  });
  return [...found, ...undone, ...inNoise];
}

/** What a unit of money brought, when this side stated what the arm cost and the effect has a bounded return. */
function returnHeadline(
  { name, unit, consequences }: Outcome,
  { arm }: LiftFigures,
  { figures, say }: Language,
): Sentence[] {
  const cost = consequences.costs?.find((entry) => entry.arm === arm);
  const estimate = cost?.costPerIncremental ?? cost?.returnOnSpend;
  if (estimate === undefined || estimate === null) return [];
  if (estimate.value === null || estimate.interval === null) return [];
  const money = (value: number): string => figures.decimal(value, 2);
  return [
    say(unit.kind === 'share' ? 'report.headline.costEach' : 'report.headline.return', {
      ...measureValues(name),
      arm: { name: arm },
      amount: money(estimate.value),
      lower: money(estimate.interval.lower),
      upper: money(estimate.interval.upper),
    }),
  ];
}

/** What a reader must know before believing a figure. */
export function warnings(report: Report, { figures, say }: Language): Sentence[] {
  const { sampleRatio, matchBalance, experiment, answeredFrom, notKept } = report;
  const incomplete = outcomesOf(report)[0]?.lifts?.incompleteCohorts.length ?? 0;
  return [
    ...(sampleRatio?.mismatch === true
      ? [say('report.warning.sizes', { p: figures.pValue(sampleRatio.pValue) })]
      : []),
    ...(matchBalance?.mismatch === true
      ? [say('report.warning.balance', { p: figures.pValue(matchBalance.pValue) })]
      : []),
    ...(experiment?.emptyArms ?? []).map((arm) => say('report.warning.emptyArm', { arm: { name: arm } })),
    ...(incomplete > 0 ? [say('report.warning.incomplete', { count: incomplete })] : []),
    ...(answeredFrom === null
      ? []
      : [say('report.warning.replayed', { session: `${answeredFrom.slice(0, 16)}…` })]),
    ...(notKept === null ? [] : [say('report.warning.notKept', { code: notKept })]),
  ];
}

/** The noise of a figure in one line. */
export function noiseWords(noise: Noise | null, { figures, t }: Language): string {
  if (noise === null) return t('report.noise.untold');
  if (noise.mechanism === 'none') return t('report.noise.exact');
  const { mechanism, epsilon, delta, sigma2 } = noise;
  return t('report.noise.line', {
    mechanism,
    epsilon: figures.loss(epsilon ?? 0),
    delta: figures.loss(delta ?? 0),
    sigma: figures.brief(Math.sqrt(sigma2)),
    sigma2: figures.brief(sigma2),
  });
}

/** The noise of the counts of matched people. */
export function countNoise(noise: Noise | null, language: Language): string {
  return language.t('report.noise.ofMatched', { noise: noiseWords(noise, language) });
}

/** The noise behind the figures of an outcome, one line a kind of figure. */
export function outcomeNoise({ name, noise, squaresNoise }: Outcome, language: Language): string[] {
  const { t } = language;
  return [
    name === null
      ? countNoise(noise, language)
      : t('report.noise.ofSum', { noise: noiseWords(noise, language) }),
    ...(squaresNoise === null
      ? []
      : [t('report.noise.ofSquares', { noise: noiseWords(squaresNoise, language) })]),
  ];
}

/** What a table of lift calls its columns. */
export function liftHeader(unit: FigureUnit, { t }: Language): readonly string[] {
  const ofShare = unit.kind === 'share';
  return [
    t(ofShare ? 'report.table.rate' : 'report.table.mean'),
    t('report.table.control'),
    t(ofShare ? 'report.table.points' : 'report.table.each'),
    t('report.table.relative'),
    t('report.table.incremental'),
  ];
}

/** How the confidence of a table's intervals is said. */
export function confidenceWords({ confidence }: Pick<Lifts, 'confidence'>, { t }: Language): string {
  return t('report.confidence', { percent: Math.round(100 * confidence) });
}

/** The total of a direction. */
export function totalWords(
  { figures: told, total }: Report['privacy']['learned'],
  { figures, t }: Language,
): string {
  if (told.length === 0) return t('report.total.none');
  if (total === null) return t('report.total.unbounded');
  return t('report.total.line', { epsilon: figures.loss(total.epsilon), delta: figures.loss(total.delta) });
}
