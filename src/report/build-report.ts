import { toHex } from '../bytes.js';
import { fourthCumulant, variance } from '../dp/index.js';
import { cohortKpi } from '../measurement/index.js';
import type { CellCount, CountResult, Inventory, SessionOutcome, Side, Terms } from '../protocol/index.js';
import { mechanismsOf, roleOf } from '../protocol/index.js';
import { buildMeasure } from './build-measure.js';
import { matchBalanceOf, matchRateOf, sampleRatioOf } from './checks.js';
import { type NoisyCounts, conversionConsequences, conversionLiftOf } from './conversion-effects.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import { disclosedBeside } from './disclosed.js';
import { type Experiment, type ExperimentInput, placeCells } from './experiment.js';
import { frequencyOf } from './frequency.js';
import { geoOf } from './geo.js';
import { cellOutcomes } from './measure-figures.js';
import { noiseOf } from './noise.js';
import { figuresTold } from './privacy-terms.js';
import type { Report } from './report-schema.js';
import { NO_CONSEQUENCES, plainJson } from './report-types.js';

/** What the report needs beside the session's own outcome. */
export interface ReportInput {
  readonly software: string;
  readonly party: string;
  readonly side: Side;
  readonly terms: Terms;
  readonly inventory: Inventory;
  readonly outcome: SessionOutcome;
  /** What this side alone knows of the experiment. */
  readonly experiment?: ExperimentInput | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly data: Report['data'];
  readonly engine: Report['engine'];
  readonly timing: Report['timing'];
  readonly bytes: Report['bytes'];
}

/** The report of a finished session, from this side's figures only. */
export function buildReport(input: ReportInput): Report {
  const { terms, side, inventory, outcome } = input;
  const { result, receipts, peerInventory } = outcome;
  const role = roleOf(terms, side);
  const holder = role === 'cohorts' || role === 'receiver' || role === 'both' ? inventory : peerInventory;
  const answer = result.kind === 'counts' ? result : undefined;
  const counts = answer?.counts;
  const { learned, disclosed } = mechanismsOf(terms, side);
  const noise = {
    noiseVariance: learned === undefined ? 0 : variance(learned),
    noiseFourthCumulant: learned === undefined ? 0 : fourthCumulant(learned),
  };
  const matched = counts?.reduce((sum, { count }) => sum + count, 0);
  return {
    format: 'vesica-report-1',
    software: input.software,
    session: toHex(outcome.session),
    mode: terms.mode,
    role,
    party: input.party,
    partner: outcome.peerParty,
    purpose: terms.purpose,
    profile: terms.profile,
    startedAt: input.startedAt.toISOString(),
    finishedAt: input.finishedAt.toISOString(),
    answeredFrom: outcome.answeredFrom === undefined ? null : toHex(outcome.answeredFrom),
    notKept: outcome.notKept?.code ?? null,
    data: input.data,
    lists: { own: inventory.size, partner: peerInventory.size },
    matchedKeys: result.kind === 'rows' ? (result.matched?.length ?? null) : null,
    matchRate: matched === undefined ? null : matchRateOf(inventory.size, matched),
    cells: (counts ?? []).map((cell) => ({
      label: labelsOf(cell, holder),
      size: cell.size,
      count: cell.count,
      noiseDominated: Math.abs(cell.count) < 2 * Math.sqrt(noise.noiseVariance),
      matchRate: matchRateOf(cell.size, cell.count),
      rate: rateOf(terms, cell, noise),
    })),
    ...experimentOf(input, answer, { holder, noise }),
    ...byDimension(input, answer, { holder, noise }),
    privacy: {
      disclosure: terms.disclosure,
      minCell: terms.minCell,
      minList: terms.minList,
      counts: counts === undefined ? null : noiseOf(learned),
      ownDisclosure: disclosed === 'nothing' ? null : noiseOf(disclosed),
      ...figuresTold({ terms, side }, answer?.measures ?? [], counts !== undefined),
      alsoDisclosed: disclosedBeside(terms, role),
    },
    engine: input.engine,
    timing: input.timing,
    bytes: input.bytes,
    receipts: { transcript: receipts.transcript, own: receipts.own, partner: receipts.peer },
  };
}

type ExperimentPart = Pick<
  Report,
  'experiment' | 'sampleRatio' | 'matchBalance' | 'lift' | 'detectable' | 'costs' | 'exposed' | 'measures'
>;

/**
 * What the figures say of the experiment. Without measures, matched people are the outcome: the partner's list is then
 * of people who did something. With measures it is a customer base, and who is in it must not depend on the arm.
 */
function experimentOf(
  { terms, inventory, experiment: input = {} }: ReportInput,
  answer: CountResult | undefined,
  { holder, noise }: { readonly holder: Inventory; readonly noise: CountNoise },
): ExperimentPart {
  const cells = answer?.counts;
  const experiment = terms.mode === 'aggregate' ? placeCells(holder, input) : undefined;
  const measures = (answer?.measures ?? []).map((measure) =>
    buildMeasure(measure, {
      sizes: holder.cells.map(({ size }) => size),
      experiment,
      labelsKept: holder !== inventory && !terms.shareLabels,
      input,
    }),
  );
  const counts: NoisyCounts | undefined = cells && {
    counts: cells.map(({ count }) => count),
    ...noise,
  };
  const known = experiment !== undefined && counts !== undefined;
  return {
    experiment: experiment === undefined ? null : experimentJson(experiment),
    sampleRatio: sampleRatioOf(experiment, input),
    matchBalance: known && measures.length > 0 ? matchBalanceOf(experiment, counts) : null,
    ...(known && measures.length === 0
      ? liftOfCounts(experiment, counts, input)
      : { lift: null, ...NO_CONSEQUENCES }),
    measures,
  };
}

/** Reach, frequency and the geo experiment: what this side says of a dimension of the cells. */
function byDimension(
  { terms, outcome, experiment = {}, inventory }: ReportInput,
  answer: CountResult | undefined,
  { holder, noise }: { readonly holder: Inventory; readonly noise: CountNoise },
): Pick<Report, 'reach' | 'frequency' | 'geo'> {
  const none = { reach: null, frequency: null, geo: null };
  if (terms.mode !== 'aggregate' || answer?.counts === undefined) return none;
  const counts: NoisyCounts = { counts: answer.counts.map(({ count }) => count), ...noise };
  const outcomes = cellOutcomes(counts, answer.measures);
  const { frequency, geo } = experiment;
  const other = holder === inventory ? outcome.peerInventory : inventory;
  return {
    ...none,
    ...(frequency === undefined
      ? {}
      : frequencyOf({ ...frequency, inventory: holder, counts, outcomes, audience: other.size })),
    ...(geo === undefined ? {} : { geo: geoOf({ geo, inventory: holder, outcomes, seed: outcome.session }) }),
  };
}

function liftOfCounts(
  experiment: Experiment,
  counts: NoisyCounts,
  input: ExperimentInput,
): Pick<Report, 'lift' | 'detectable' | 'costs' | 'exposed'> {
  const table = conversionLiftOf(experiment, counts);
  if (table === null) return { lift: null, ...NO_CONSEQUENCES };
  return { lift: plainJson(table), ...conversionConsequences(table, { experiment, counts, input }) };
}

function experimentJson({
  column,
  control,
  treatment,
  emptyArms,
  exposure,
}: Experiment): Report['experiment'] {
  return plainJson({ column, control, treatment, emptyArms, exposure });
}

/** The noise in the counts of the cells, as the measurement room takes it. */
type CountNoise = Omit<NoisyCounts, 'counts'>;

/** The share of a cell with its interval, where matched people are the outcome. */
function rateOf(
  terms: Terms,
  { size, count }: CellCount,
  noise: CountNoise,
): Report['cells'][number]['rate'] {
  if (terms.mode !== 'aggregate' || terms.measures.length > 0) return null;
  const conversions = { n: size, conversions: count, ...noise };
  return plainJson(cohortKpi({ conversions, confidence: REPORT_CONFIDENCE }).conversionRate);
}

function labelsOf(cell: CellCount, holder: Inventory): Record<string, string> {
  return Object.fromEntries(cell.label.map((value, i) => [holder.dimensions[i] ?? String(i), value]));
}
