import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Inventory, Terms } from 'vesica/protocol';
import { type Experiment, listOfPeople } from './memory-session.js';
import { benchTerms } from './terms.js';

/**
 * The MineThatData e-mail experiment (Kevin Hillstrom, 2008): 64,000 customers in three arms, who bought and for how
 * much. The publisher holds arm and history segment of all of them, the advertiser the 578 who bought.
 */

export const CONTROL = 'No E-Mail';
export const TREATMENTS = ['Mens E-Mail', 'Womens E-Mail'] as const;
export const MEASURES = ['conversion', 'spend'] as const;
export type MeasureName = (typeof MEASURES)[number];

/** Where the file lies: beside the checkout. */
export const DEFAULT_FILE = fileURLToPath(
  new URL('../../../shared/data/hillstrom/hillstrom.csv.gz', import.meta.url),
);

interface Row {
  readonly arm: string;
  readonly segment: string;
  readonly cents: number;
  readonly bought: boolean;
}

/** An effect that the rows themselves tell, without any noise. */
export interface ExactLift {
  readonly arm: string;
  /** `null` for all segments together. */
  readonly cohort: string | null;
  readonly measure: MeasureName;
  /** Difference of the means of the arms: a share of people, or dollars a person. */
  readonly absolute: number;
  readonly relative: number;
}

export interface Hillstrom {
  readonly experiment: Experiment;
  readonly exact: readonly ExactLift[];
}

/** The experiment as a session at `epsilon` asks for it, and its exact answers. */
export function readHillstrom(file: string, epsilon: string): Hillstrom {
  const rows = readRows(file);
  const cells = [...new Set(rows.map(({ arm, segment }) => JSON.stringify([arm, segment])))].sort();
  const cellOf = Uint32Array.from(rows, ({ arm, segment }) => cells.indexOf(JSON.stringify([arm, segment])));
  const sizes = cells.map(() => 0);
  for (const cell of cellOf) sizes[cell] = (sizes[cell] ?? 0) + 1;
  const inventory: Inventory = {
    size: rows.length,
    dimensions: ['arm', 'segment'],
    arms: { column: 'arm', treatment: [...TREATMENTS], control: CONTROL },
    cells: cells.map((label, i) => ({ size: sizes[i] ?? 0, label: JSON.parse(label) as string[] })),
  };
  const customers = rows.flatMap(({ cents, bought }, i) => (bought || cents > 0 ? [i] : []));
  const measures = [
    Float64Array.from(customers, (i) => (rows[i]?.bought === true ? 1 : 0)),
    Float64Array.from(customers, (i) => rows[i]?.cents ?? 0),
  ];
  return {
    experiment: {
      terms: termsOf(epsilon),
      inventory,
      people: listOfPeople(Uint32Array.from(cellOf.keys())),
      cellOf,
      customers: listOfPeople(Uint32Array.from(customers)),
      measures,
    },
    exact: exactLifts(rows),
  };
}

function readRows(file: string): Row[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  const [segmentAt, armAt, boughtAt, spendAt] = ['history_segment', 'segment', 'conversion', 'spend'].map(
    (name) => columns.indexOf(name),
  );
  return lines.map((line) => {
    const values = (line.match(/"[^"]*"|[^,]+/g) ?? []).map((value) => value.replaceAll('"', ''));
    return {
      arm: values[armAt ?? -1] ?? '',
      segment: values[segmentAt ?? -1] ?? '',
      cents: Math.round(100 * Number(values[spendAt ?? -1])),
      bought: values[boughtAt ?? -1] === '1',
    };
  });
}

function termsOf(epsilon: string): Terms {
  return benchTerms({
    epsilon,
    measures: [
      { name: 'conversion', quantum: '1', bound: '1', statistic: 'sum' },
      { name: 'spend', quantum: '0.01', bound: '500', statistic: 'sum-and-squares' },
    ],
    minCell: 50,
  });
}

function exactLifts(rows: readonly Row[]): ExactLift[] {
  const segments = [...new Set(rows.map(({ segment }) => segment))].sort();
  const meanOf = (arm: string, cohort: string | null, measure: MeasureName): number => {
    const own = rows.filter((row) => row.arm === arm && (cohort === null || row.segment === cohort));
    const sum = own.reduce(
      (total, { cents, bought }) => total + (measure === 'spend' ? cents : Number(bought)),
      0,
    );
    return sum / own.length / (measure === 'spend' ? 100 : 1);
  };
  return MEASURES.flatMap((measure) =>
    [null, ...segments].flatMap((cohort) => {
      const control = meanOf(CONTROL, cohort, measure);
      return TREATMENTS.map((arm) => {
        const absolute = meanOf(arm, cohort, measure) - control;
        return { arm, cohort, measure, absolute, relative: absolute / control };
      });
    }),
  );
}
