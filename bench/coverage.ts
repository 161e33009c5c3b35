import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chooseEngine, startPool } from 'vesica/group';
import { conversionLift } from 'vesica/measurement';
import type { Terms } from 'vesica/protocol';
import { REPORT_CONFIDENCE, type Report } from 'vesica/report';
import { type Machine, machine } from './machine.js';
import {
  type Experiment,
  PARTIES,
  type Party,
  bothReports,
  listOfPeople,
  severalAtOnce,
} from './memory-session.js';
import { type Simulation, simulation } from './simulation.js';
import { type Band, holds, shareBand } from './statistics.js';
import { benchTerms } from './terms.js';

/**
 * Do the 95 % intervals of a report cover the true effect in 95 % of all experiments? Small experiments are drawn from
 * a population whose effect is known, run as whole sessions between two parties, and reported by both. A control forgets
 * the variance of the noise; it has to fail.
 */

/** A population and how it is asked. */
export interface Design {
  readonly name: string;
  readonly treatment: number;
  readonly control: number;
  readonly baseRate: number;
  readonly treatedRate: number;
  readonly epsilon: string;
}

export const FIGURES = ['conversion', 'conversion relative', 'spend', 'spend relative'] as const;
type FigureName = (typeof FIGURES)[number];

export interface CoverageFigure {
  readonly design: Design;
  readonly party: Party;
  readonly figure: FigureName;
  readonly runs: number;
  readonly covered: number;
  /** Runs whose report states no interval, which then covers everything. */
  readonly withoutInterval: number;
  /** The coverages that speak for what was seen (Wilson's interval). */
  readonly band: Band;
  /** The same figure with an interval that forgets the noise; `null` where there is none. */
  readonly control: {
    readonly covered: number;
    /** Whether noise is so large that this interval cannot hold. */
    readonly mustFail: boolean;
    readonly passed: boolean;
  } | null;
  /** The band holds the confidence; where no interval counts as one that covers, it does not lie below. */
  readonly passed: boolean;
}

export interface CoverageReport extends Machine {
  readonly benchmark: 'coverage';
  readonly engine: string;
  readonly runs: number;
  readonly confidence: number;
  readonly seconds: number;
  readonly results: readonly CoverageFigure[];
  readonly passed: boolean;
}

const BOUND = 100;
const LEAST_SPENT = 10;
const MEAN_SPENT = (LEAST_SPENT + BOUND) / 2;
/** Reach of the bands in standard errors. Of 96 bands one lies outside by chance in at most one run of twenty-two. */
const REACH = 3.5;

/** At this epsilon an interval that forgets the noise has to be found out. */
const NOISIEST = '0.1';

const SHAPES = [
  { name: 'no effect, 400/100', treatment: 400, control: 100, baseRate: 0.2, treatedRate: 0.2 },
  { name: 'effect, 400/100', treatment: 400, control: 100, baseRate: 0.1, treatedRate: 0.2 },
  { name: 'no effect, 2000/500', treatment: 2000, control: 500, baseRate: 0.05, treatedRate: 0.05 },
  { name: 'effect, 2000/500', treatment: 2000, control: 500, baseRate: 0.1, treatedRate: 0.13 },
] as const;

export const DESIGNS: readonly Design[] = SHAPES.flatMap((shape) =>
  [NOISIEST, '0.5', '1'].map((epsilon) => ({ ...shape, epsilon })),
);

export async function coverageBenchmark(runs: number, engineName?: string): Promise<CoverageReport> {
  const begin = performance.now();
  const engine = chooseEngine(engineName);
  const operations = startPool({ engine, threads: cpus().length });
  const chance = simulation();
  try {
    const results: CoverageFigure[] = [];
    for (const design of DESIGNS) {
      const seen = await severalAtOnce(runs, 4, async () => {
        const reports = await bothReports(experimentOf(design, chance), operations, chance);
        return PARTIES.flatMap((party) => sightings(design, party, reports[party]));
      });
      results.push(...figuresOf(design, seen));
    }
    return {
      benchmark: 'coverage',
      ...machine(),
      engine: `${engine.name}:${engine.variant}`,
      runs,
      confidence: REPORT_CONFIDENCE,
      seconds: (performance.now() - begin) / 1000,
      results,
      passed: results.every(({ passed, control }) => passed && control?.passed !== false),
    };
  } finally {
    await operations.close();
  }
}

function termsOf({ epsilon }: Design): Terms {
  return benchTerms({
    epsilon,
    // Only the number of dummies depends on it.
    delta: '0.001',
    measures: [
      { name: 'converted', quantum: '1', bound: '1', statistic: 'sum' },
      { name: 'spend', quantum: '1', bound: String(BOUND), statistic: 'sum-and-squares' },
    ],
  });
}

/** People whose conversions and amounts are drawn from the population of `design`. */
function experimentOf(design: Design, { uniform }: Simulation): Experiment {
  const { treatment, control, baseRate, treatedRate } = design;
  const people = treatment + control;
  const customers: number[] = [];
  const spend: number[] = [];
  for (let person = 0; person < people; person += 1) {
    if (uniform() >= (person < treatment ? treatedRate : baseRate)) continue;
    customers.push(person);
    spend.push(LEAST_SPENT + Math.floor(uniform() * (BOUND - LEAST_SPENT + 1)));
  }
  return {
    terms: termsOf(design),
    inventory: {
      size: people,
      dimensions: ['arm'],
      arms: { column: 'arm', treatment: ['treated'], control: 'control' },
      cells: [
        { size: treatment, label: ['treated'] },
        { size: control, label: ['control'] },
      ],
    },
    people: listOfPeople(Uint32Array.from({ length: people }, (_, person) => person)),
    cellOf: Uint32Array.from({ length: people }, (_, person) => (person < treatment ? 0 : 1)),
    customers: listOfPeople(Uint32Array.from(customers)),
    measures: [new Float64Array(customers.length).fill(1), Float64Array.from(spend)],
  };
}

/** What one report says of one figure. */
interface Sighting {
  readonly party: Party;
  readonly figure: FigureName;
  readonly stated: boolean;
  readonly covers: boolean;
  readonly controlCovers: boolean | null;
}

function sightings(design: Design, party: Party, report: Report): Sighting[] {
  const { baseRate, treatedRate } = design;
  const [converted, spend] = report.measures.map(({ lift }) => lift);
  if (converted?.kind !== 'conversion' || spend?.kind !== 'value') throw new Error('a report without lifts');
  const conversions = converted.table.overall[0]?.lift;
  const amounts = spend.table.overall[0]?.lift;
  if (conversions === undefined || amounts === undefined) throw new Error('a table without arms');
  const difference = treatedRate - baseRate;
  const relative = treatedRate / baseRate - 1;
  const bare = ({ n, conversions: count }: typeof conversions.treatment) => ({
    n,
    conversions: count,
    noiseVariance: 0,
  });
  const forgetful = conversionLift({
    treatment: bare(conversions.treatment),
    control: bare(conversions.control),
    confidence: REPORT_CONFIDENCE,
  });
  const sighting = (
    figure: FigureName,
    truth: number,
    interval: Band | null,
    without?: Band | null,
  ): Sighting => ({
    party,
    figure,
    stated: interval !== null,
    covers: interval === null || holds(interval, truth),
    controlCovers: without === undefined ? null : without === null || holds(without, truth),
  });
  return [
    sighting('conversion', difference, conversions.absolute.interval, forgetful.absolute.interval),
    sighting('conversion relative', relative, conversions.relative.interval),
    sighting('spend', difference * MEAN_SPENT, amounts.absolute.interval),
    sighting('spend relative', relative, amounts.relative.interval),
  ];
}

function figuresOf(design: Design, seen: readonly (readonly Sighting[])[]): CoverageFigure[] {
  return PARTIES.flatMap((party) =>
    FIGURES.map((figure): CoverageFigure => {
      const all = seen.flat().filter((one) => one.party === party && one.figure === figure);
      const covered = all.filter(({ covers }) => covers).length;
      const withoutInterval = all.filter(({ stated }) => !stated).length;
      const band = shareBand(covered, all.length, REACH);
      const passed =
        band.upper >= REPORT_CONFIDENCE && (withoutInterval > 0 || band.lower <= REPORT_CONFIDENCE);
      return {
        design,
        party,
        figure,
        runs: all.length,
        covered,
        withoutInterval,
        band,
        control: controlOf(design, all),
        passed,
      };
    }),
  );
}

function controlOf({ epsilon }: Design, all: readonly Sighting[]): CoverageFigure['control'] {
  const covers = all.flatMap(({ controlCovers }) => (controlCovers === null ? [] : [controlCovers]));
  if (covers.length === 0) return null;
  const covered = covers.filter((one) => one).length;
  const mustFail = epsilon === NOISIEST;
  const failed = shareBand(covered, covers.length, REACH).upper < REPORT_CONFIDENCE;
  return { covered, mustFail, passed: failed || !mustFail };
}

/** What the command line asks for. */
export function coverageSetting(rest: readonly string[]): {
  json: boolean;
  runs: number;
  engine: string | undefined;
} {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, runs: text, engine: text },
  });
  const runs = Number(values.runs ?? 200);
  if (!Number.isInteger(runs) || runs < 1)
    throw new RangeError('--runs must be a whole number of at least 1');
  return { json: values.json ?? false, runs, engine: values.engine };
}

export function printCoverage(report: CoverageReport): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const lines = report.results.map(
    ({ design, party, figure, runs, covered, withoutInterval, band, control, passed }) =>
      [
        `${design.name}, epsilon ${design.epsilon}`.padEnd(34),
        party.padEnd(9),
        figure.padEnd(20),
        `${percent(covered / runs)} %`.padStart(8),
        `${percent(band.lower)} - ${percent(band.upper)}`.padStart(15),
        `${withoutInterval}`.padStart(6),
        (control === null ? '' : `${percent(control.covered / runs)} %`).padStart(14),
        passed ? '' : ' OUTSIDE',
        control?.passed === false ? ' CONTROL NOT FOUND OUT' : '',
      ]
        .join(' ')
        .trimEnd(),
  );
  const header = `${'design'.padEnd(34)} ${'party'.padEnd(9)} ${'interval of'.padEnd(20)} coverage            band   none  noise forgotten`;
  return [
    `${report.processor}, Node ${report.node}; ${report.engine}; ${report.runs} sessions a design, ${report.seconds.toFixed(0)} s`,
    header,
    ...lines,
    report.passed ? 'every figure within its band' : 'NOT EVERY FIGURE WITHIN ITS BAND',
    '',
  ].join('\n');
}
