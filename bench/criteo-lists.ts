import { createHash } from 'node:crypto';
import { keyTypeCode } from 'vesica/group';
import { type Inventory, NO_ARMS, type OwnList, type Terms } from 'vesica/protocol';
import type { Report } from 'vesica/report';
import { benchTerms } from './terms.js';

/** How many of an arm there are, and what they did. Whoever converted also visited. */
export interface ArmTotals {
  readonly users: number;
  readonly visits: number;
  readonly conversions: number;
}

export interface CriteoTotals {
  readonly treated: ArmTotals;
  readonly control: ArmTotals;
}

/**
 * Totals of the Criteo uplift experiment, version 2.1 (Diemert, Betlei, Renaudin, Amini: "A Large Scale Benchmark for
 * Uplift Modeling", 2018): 13,979,592 users. Counted by vanle2000/criteo-uplift-causal at commit 1612c454,
 * reports/step1_rct_ground_truth.json, and in agreement with the rates that scikit-uplift states of the data set.
 */
export const CRITEO_TOTALS: CriteoTotals = {
  treated: { users: 11_882_655, visits: 576_824, conversions: 36_711 },
  control: { users: 2_096_937, visits: 80_105, conversions: 4_063 },
};

/** What a party is told of the experiment. */
export interface CriteoOrder {
  readonly totals: CriteoTotals;
  readonly epsilon: string;
}

export const CRITEO_MEASURES = ['visit', 'conversion'] as const;
export type CriteoMeasure = (typeof CRITEO_MEASURES)[number];

/** A difference of the arms as a report states it. */
export interface StatedLift {
  readonly measure: CriteoMeasure;
  readonly absolute: number | null;
  readonly absoluteInterval: { readonly lower: number; readonly upper: number } | null;
  readonly relativeInterval: { readonly lower: number; readonly upper: number } | null;
}

/** The totals divided by `divisor` and rounded. */
export function scaledTotals({ treated, control }: CriteoTotals, divisor: number): CriteoTotals {
  const scaled = ({ users, visits, conversions }: ArmTotals): ArmTotals => ({
    users: Math.round(users / divisor),
    visits: Math.round(visits / divisor),
    conversions: Math.round(conversions / divisor),
  });
  return { treated: scaled(treated), control: scaled(control) };
}

export function criteoTerms({ epsilon }: CriteoOrder): Terms {
  return benchTerms({
    epsilon,
    measures: CRITEO_MEASURES.map((name) => ({ name, quantum: '1', bound: '1', statistic: 'sum' })),
  });
}

/**
 * The list of one party. The initiator holds the arm of every user, the treated first; the responder those who visited,
 * the first of each arm, and of them who converted. A user's key is the SHA-256 of a number.
 */
export function criteoList(
  { totals: { treated, control } }: CriteoOrder,
  side: 'initiator' | 'responder',
): { readonly list: OwnList; readonly inventory: Inventory } {
  if (side === 'initiator') {
    const size = treated.users + control.users;
    return {
      list: {
        batch: keysOf(size, (i) => i),
        cellOf: new Uint32Array(size).fill(1, 0, treated.users),
      },
      inventory: {
        size,
        dimensions: ['arm'],
        arms: { column: 'arm', treatment: ['treated'], control: 'control' },
        cells: [
          { size: control.users, label: ['control'] },
          { size: treated.users, label: ['treated'] },
        ],
      },
    };
  }
  const size = treated.visits + control.visits;
  const conversions = new Float64Array(size)
    .fill(1, 0, treated.conversions)
    .fill(1, treated.visits, treated.visits + control.conversions);
  return {
    list: {
      batch: keysOf(size, (i) => (i < treated.visits ? i : treated.users + i - treated.visits)),
      measures: [new Float64Array(size).fill(1), conversions],
    },
    inventory: { size, dimensions: [], arms: NO_ARMS, cells: [] },
  };
}

/** What `report` says of the treated against the control, a measure after the other. */
export function statedLifts(report: Report): StatedLift[] {
  return CRITEO_MEASURES.map((measure) => {
    const table = report.measures.find(({ name }) => name === measure)?.lift?.table;
    const lift = table?.overall.find(({ arm }) => arm === 'treated')?.lift;
    if (lift === undefined) throw new Error(`a report without the lift of ${measure}`);
    return {
      measure,
      absolute: lift.absolute.value,
      absoluteInterval: lift.absolute.interval,
      relativeInterval: lift.relative.interval,
    };
  });
}

function keysOf(size: number, user: (position: number) => number): OwnList['batch'] {
  const keys = new Uint8Array(32 * size);
  for (let i = 0; i < size; i += 1) {
    keys.set(
      createHash('sha256')
        .update(`user ${user(i)}`)
        .digest(),
      32 * i,
    );
  }
  return { types: new Uint8Array(size).fill(keyTypeCode('email')), keys };
}
