import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chooseEngine, startPool } from 'vesica/group';
import { REPORT_CONFIDENCE, type Report } from 'vesica/report';
import { DEFAULT_FILE, type ExactLift, readHillstrom } from './hillstrom-rows.js';
import { type Machine, machine } from './machine.js';
import { PARTIES, type Party, bothReports, severalAtOnce } from './memory-session.js';
import { simulation } from './simulation.js';
import { type Band, holds } from './statistics.js';

/**
 * Do the intervals of a session hold the answer that the rows themselves give? Real rows through whole sessions between
 * two parties, again and again: only the noise differs from one run to the next.
 */

export interface HillstromSetting {
  readonly json: boolean;
  readonly runs: number;
  readonly file: string;
  readonly epsilon: string;
  readonly engine: string | undefined;
}

/** How often one interval of one party's report held the exact answer. */
export interface HillstromFigure extends ExactLift {
  readonly party: Party;
  /** Runs whose interval held the difference. */
  readonly inside: number;
  /** Runs whose interval held the relative difference, or that stated none. */
  readonly relativeInside: number;
  readonly withoutRelative: number;
}

export interface HillstromReport extends Machine {
  readonly benchmark: 'hillstrom';
  readonly engine: string;
  readonly runs: number;
  readonly epsilon: string;
  readonly confidence: number;
  readonly seconds: number;
  readonly figures: readonly HillstromFigure[];
  /** Whether every figure over all segments was inside often enough. */
  readonly passed: boolean;
}

/** The least share of runs in which an interval over all segments has to hold the exact answer. */
const LEAST_INSIDE = 0.93;

interface Intervals {
  readonly absolute: Band | null;
  readonly relative: Band | null;
}

export async function hillstromBenchmark(setting: HillstromSetting): Promise<HillstromReport> {
  const { runs, file, epsilon } = setting;
  const { experiment, exact } = readHillstrom(file, epsilon);
  const engine = chooseEngine(setting.engine);
  const operations = startPool({ engine, threads: cpus().length });
  const chance = simulation();
  const begin = performance.now();
  try {
    const found = await severalAtOnce(runs, 2, async () => {
      const reports = await bothReports(experiment, operations, chance);
      return PARTIES.map((party) => exact.map((lift) => intervalsOf(reports[party], lift)));
    });
    const figures = PARTIES.flatMap((party, p) =>
      exact.map((lift, i): HillstromFigure => {
        const own = found.flatMap((run) => run[p]?.[i] ?? []);
        const inside = own.filter(({ absolute }) => absolute !== null && holds(absolute, lift.absolute));
        const relative = own.filter((one) => one.relative === null || holds(one.relative, lift.relative));
        return {
          ...lift,
          party,
          inside: inside.length,
          relativeInside: relative.length,
          withoutRelative: own.filter((one) => one.relative === null).length,
        };
      }),
    );
    return {
      benchmark: 'hillstrom',
      ...machine(),
      engine: `${engine.name}:${engine.variant}`,
      runs,
      epsilon,
      confidence: REPORT_CONFIDENCE,
      seconds: (performance.now() - begin) / 1000,
      figures,
      passed: figures.every(
        ({ cohort, inside, relativeInside }) =>
          cohort !== null || Math.min(inside, relativeInside) >= LEAST_INSIDE * runs,
      ),
    };
  } finally {
    await operations.close();
  }
}

/** What `report` says of the difference that `exact` knows. */
function intervalsOf(report: Report, { arm, cohort, measure }: ExactLift): Intervals {
  const table = report.measures.find(({ name }) => name === measure)?.lift?.table;
  const arms = cohort === null ? table?.overall : table?.cohorts.find((one) => one.cohort === cohort)?.arms;
  const lift = arms?.find((one) => one.arm === arm)?.lift;
  if (lift === undefined) throw new Error('a report without this lift');
  return { absolute: lift.absolute.interval, relative: lift.relative.interval };
}

/** What the command line asks for. */
export function hillstromSetting(rest: readonly string[]): HillstromSetting {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, runs: text, file: text, epsilon: text, engine: text },
  });
  const runs = Number(values.runs ?? 100);
  if (!Number.isInteger(runs) || runs < 1)
    throw new RangeError('--runs must be a whole number of at least 1');
  return {
    json: values.json ?? false,
    runs,
    file: values.file ?? DEFAULT_FILE,
    epsilon: values.epsilon ?? '1',
    engine: values.engine,
  };
}

/** The figures as text. */
export function printHillstrom(report: HillstromReport): string {
  const lines = report.figures.map(
    ({ party, measure, arm, cohort, inside, relativeInside, withoutRelative }) =>
      [
        party.padEnd(9),
        measure.padEnd(11),
        arm.padEnd(14),
        (cohort ?? 'all segments').padEnd(18),
        `${inside}`.padStart(6),
        `${relativeInside}`.padStart(9),
        `${withoutRelative}`.padStart(12),
      ].join(' '),
  );
  const seconds = (report.seconds / report.runs).toFixed(1);
  return [
    `${report.processor}, Node ${report.node}; ${report.engine}; ${report.runs} sessions at epsilon ${report.epsilon}, ${seconds} s each`,
    `${'party'.padEnd(9)} ${'measure'.padEnd(11)} ${'arm'.padEnd(14)} ${'segment'.padEnd(18)} inside  relative  of it none`,
    ...lines,
    report.passed
      ? 'every figure over all segments was inside in at least 93 % of the runs'
      : 'A FIGURE OVER ALL SEGMENTS WAS INSIDE IN LESS THAN 93 % OF THE RUNS',
    '',
  ].join('\n');
}
