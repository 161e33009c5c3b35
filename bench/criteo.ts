import { parseArgs } from 'node:util';
import {
  CRITEO_MEASURES,
  CRITEO_TOTALS,
  type CriteoMeasure,
  type CriteoTotals,
  type StatedLift,
  scaledTotals,
} from './criteo-lists.js';
import { type SessionReport, sessionBenchmark } from './session.js';
import { wholeNumber } from './session-options.js';
import { holds } from './statistics.js';

/** Does a session recover, under noise, the effect that the Criteo experiment published? */
export interface CriteoSetting {
  /** The published totals are divided by it. */
  readonly scaleDown: number;
  readonly epsilon: string;
  readonly engine: string | null;
  readonly threads: number;
}

/** One measure in the report of one party. */
export interface CriteoFigure extends StatedLift {
  readonly party: 'cohorts' | 'measures';
  /** Difference of the rates of the totals: with nothing scaled down, the published effect. */
  readonly exact: number;
  readonly exactRelative: number;
  readonly inside: boolean;
  /** Whether the interval holds the relative difference; `null` when the report states none. */
  readonly relativeInside: boolean | null;
}

export interface CriteoReport {
  readonly benchmark: 'criteo';
  readonly setting: CriteoSetting;
  readonly totals: CriteoTotals;
  readonly session: SessionReport;
  readonly figures: readonly CriteoFigure[];
  /** Whether every interval holds what it should. */
  readonly passed: boolean;
}

const PARTIES = [
  ['cohorts', 'initiator'],
  ['measures', 'responder'],
] as const;

export async function criteoBenchmark(setting: CriteoSetting, signal: AbortSignal): Promise<CriteoReport> {
  const { scaleDown, epsilon, engine, threads } = setting;
  const totals = scaledTotals(CRITEO_TOTALS, scaleDown);
  const { treated, control } = totals;
  const session = await sessionBenchmark(
    {
      mode: 'aggregate',
      size: treated.users + control.users,
      peerSize: treated.visits + control.visits,
      overlap: 1,
      cells: 2,
      measures: CRITEO_MEASURES.length,
      engine,
      threads,
    },
    { signal, name: 'criteo', criteo: { totals, epsilon } },
  );
  const figures = PARTIES.flatMap(([party, side]) =>
    (session[side].lifts ?? []).map((lift): CriteoFigure => {
      const { exact, exactRelative } = exactLift(totals, lift.measure);
      const { absoluteInterval, relativeInterval } = lift;
      return {
        ...lift,
        party,
        exact,
        exactRelative,
        inside: absoluteInterval !== null && holds(absoluteInterval, exact),
        relativeInside: relativeInterval === null ? null : holds(relativeInterval, exactRelative),
      };
    }),
  );
  return {
    benchmark: 'criteo',
    setting,
    totals,
    session,
    figures,
    passed: figures.length > 0 && figures.every((one) => one.inside && one.relativeInside !== false),
  };
}

/** The effect that the totals themselves have. */
export function exactLift(
  { treated, control }: CriteoTotals,
  measure: CriteoMeasure,
): { readonly exact: number; readonly exactRelative: number } {
  const column = measure === 'visit' ? 'visits' : 'conversions';
  const base = control[column] / control.users;
  const exact = treated[column] / treated.users - base;
  return { exact, exactRelative: exact / base };
}

/** What the command line asks for. */
export function criteoSetting(rest: readonly string[]): { json: boolean; setting: CriteoSetting } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, 'scale-down': text, epsilon: text, engine: text, threads: text },
  });
  const scaleDown = wholeNumber('scale-down', values['scale-down'], { fallback: 1, least: 1 });
  // With fewer no one in the control arm would have converted.
  if (scaledTotals(CRITEO_TOTALS, scaleDown).control.conversions < 1) {
    throw new RangeError('--scale-down must leave at least one conversion in the control arm');
  }
  const setting = {
    scaleDown,
    epsilon: values.epsilon ?? '1',
    engine: values.engine ?? null,
    threads: wholeNumber('threads', values.threads, { fallback: 2, least: 1 }),
  };
  return { json: values.json ?? false, setting };
}

/** The figures as text. */
export function printCriteo({ setting, totals, session, figures, passed }: CriteoReport): string {
  const per10k = (value: number | null): string => (value === null ? '-' : (1e4 * value).toFixed(3));
  return [
    `${session.processor}, Node ${session.node}; ${session.engine}; epsilon ${setting.epsilon}`,
    `${totals.treated.users} treated and ${totals.control.users} control users against ${session.setting.peerSize} visitors: ` +
      `${session.wallSeconds.toFixed(1)} s of wall time, ${session.coreSeconds.toFixed(1)} s of processor time`,
    'per 10,000 users          exact     stated    interval',
    ...figures.map(({ party, measure, exact, absolute, absoluteInterval: interval, inside }) =>
      [
        party.padEnd(9),
        measure.padEnd(11),
        per10k(exact).padStart(9),
        per10k(absolute).padStart(10),
        interval === null ? '   none' : `   ${per10k(interval.lower)} - ${per10k(interval.upper)}`,
        inside ? '' : '  OUTSIDE',
      ].join(' '),
    ),
    passed
      ? 'every interval holds the effect of the totals'
      : 'AN INTERVAL LEAVES OUT THE EFFECT OF THE TOTALS',
    '',
  ].join('\n');
}
