import { type Mechanism, stateMechanism } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { type ConversionCell, conversionTable } from '../measurement/index.js';
import type { CellCount, Inventory, SessionOutcome, Side, Terms } from '../protocol/index.js';
import { mechanismsOf, roleOf } from '../protocol/index.js';
import { toHex } from '../bytes.js';
import { disclosedBeside } from './disclosed.js';
import type { Report } from './report-schema.js';

/** Confidence of every interval in a report. */
export const REPORT_CONFIDENCE = 0.95;

/** What the report needs beside the session's own outcome. */
export interface ReportInput {
  readonly software: string;
  readonly party: string;
  readonly side: Side;
  readonly terms: Terms;
  readonly inventory: Inventory;
  readonly outcome: SessionOutcome;
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
  const counts = result.kind === 'counts' ? result.counts : undefined;
  const { learned, disclosed } = mechanismsOf(terms, side);
  const noise = counts === undefined ? null : noiseOf(learned);
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
    data: input.data,
    lists: { own: inventory.size, partner: peerInventory.size },
    matchedKeys: result.kind === 'rows' ? (result.matched?.length ?? null) : null,
    cells: (counts ?? []).map((cell) => ({
      label: labelsOf(cell, holder),
      size: cell.size,
      count: cell.count,
      noiseDominated: noise !== null && Math.abs(cell.count) < 2 * Math.sqrt(noise.sigma2),
    })),
    lift: counts === undefined || noise === null ? null : liftOf(counts, holder, noise.sigma2),
    privacy: {
      disclosure: terms.disclosure,
      minCell: terms.minCell,
      minList: terms.minList,
      counts: noise,
      ownDisclosure: disclosed === 'nothing' ? null : noiseOf(disclosed),
      alsoDisclosed: disclosedBeside(terms, role),
    },
    engine: input.engine,
    timing: input.timing,
    bytes: input.bytes,
    receipts: { transcript: receipts.transcript, own: receipts.own, partner: receipts.peer },
  };
}

function noiseOf(mechanism: Mechanism | undefined): NonNullable<Report['privacy']['counts']> {
  if (mechanism === undefined) return { mechanism: 'none', epsilon: null, delta: null, sigma2: 0 };
  return stateMechanism(mechanism);
}

function labelsOf(cell: CellCount, holder: Inventory): Record<string, string> {
  return Object.fromEntries(cell.label.map((value, i) => [holder.dimensions[i] ?? String(i), value]));
}

/**
 * Lift of each treatment arm against the control arm; `null` without an experiment. The cohort of a cell is made of its
 * other dimensions. Cells in no arm stay out.
 */
function liftOf(counts: readonly CellCount[], holder: Inventory, sigma2: number): Report['lift'] {
  const { arms, dimensions } = holder;
  const armAt = dimensions.indexOf(arms.column);
  if (armAt < 0) return null;
  const wanted = [...arms.treatment, arms.control];
  const nameOf = cohortNames(counts.map(({ label }) => label.filter((_, i) => i !== armAt)));
  const cells: ConversionCell[] = counts.flatMap(({ label, size, count }) => {
    const arm = label[armAt] ?? '';
    if (!wanted.includes(arm)) return [];
    const cohort = nameOf(label.filter((_, i) => i !== armAt));
    return [{ arm, cohort, n: size, conversions: count, noiseVariance: sigma2 }];
  });
  const present = new Set(cells.map(({ arm }) => arm));
  const absent = wanted.find((arm) => !present.has(arm));
  if (absent !== undefined) {
    throw new VesicaError('data/empty-cohort', `no row is in the arm ${JSON.stringify(absent)}`, {
      field: 'arms',
    });
  }
  return mutable(conversionTable({ cells, controlArm: arms.control, confidence: REPORT_CONFIDENCE }));
}

/**
 * A name for each cohort: its values with strokes between them, or as JSON where values that hold strokes themselves
 * would give two cohorts one name.
 */
function cohortNames(cohorts: readonly (readonly string[])[]): (cohort: readonly string[]) => string {
  const plain = (values: readonly string[]): string => values.join(' / ');
  const different = new Set(cohorts.map((values) => JSON.stringify(values))).size;
  return new Set(cohorts.map(plain)).size === different ? plain : (values) => JSON.stringify(values);
}

/** The table as the plain JSON it will be: the schema's type has no `readonly`. */
function mutable(table: ReturnType<typeof conversionTable>): NonNullable<Report['lift']> {
  return structuredClone(table) as NonNullable<Report['lift']>;
}
