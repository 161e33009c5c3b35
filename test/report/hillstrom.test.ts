import { describe, expect, it } from 'vitest';
import { chooseEngine, inlineOperations } from '../../src/group/index.js';
import { draw, variance } from '../../src/dp/index.js';
import { valueLift } from '../../src/measurement/index.js';
import { type Figures, countResult } from '../../src/protocol/counting.js';
import { columnsOf } from '../../src/protocol/measures.js';
import { type CountResult, type OwnList, NO_ARMS, Session } from '../../src/protocol/index.js';
import { type Report, type ReportInput, buildReport } from '../../src/report/index.js';
import { seededRandom } from '../support/deterministic-random.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import { listOf, runPair, settingsOf } from '../support/session-pair.js';
import { MENS, WOMENS, hillstromCells, hillstromInput, hillstromRows } from './hillstrom.js';

interface Published {
  readonly conversion: { readonly diff: number };
  readonly spend: { readonly diff: number };
}
interface Expected {
  readonly [MENS]: Published;
  readonly [WOMENS]: Published;
  readonly cells_history_segment: readonly {
    readonly history_segment: string;
    readonly segment: string;
    readonly n: number;
    readonly conversion: number;
    readonly spend: number;
  }[];
}

/** The session that both tests run: epsilon 1 for the matched people, both sums and the sum of squares of each cell. */
function sessionInput(): ReportInput {
  const input = hillstromInput();
  return { ...input, terms: { ...input.terms, epsilon: '1' } };
}

/** Difference of the two arms over all segments, and the standard deviation of the noise in it. */
function differenceOf(report: Report, measure: number, arm: string) {
  const lift = report.measures[measure]?.lift;
  if (lift == null) throw new Error('a report without a lift');
  const noiseOf = (one: { n: number } & ({ noiseVariance: number } | { sumNoise: number })): number =>
    ('sumNoise' in one ? one.sumNoise : Math.sqrt(one.noiseVariance)) / one.n;
  const { absolute, treatment, control } = lift.table.overall.find((entry) => entry.arm === arm)!.lift;
  return {
    value: absolute.value!,
    interval: absolute.interval!,
    noise: Math.hypot(noiseOf(treatment), noiseOf(control)),
    treatment,
    control,
  };
}

describe.runIf(hasReferenceData)('the MineThatData experiment with measures', () => {
  const expected = referenceJson<Expected>('hillstrom/expected.json');
  const published = { conversion: 0, spend: 1 } as const;

  it('one whole session of its real rows: every sum and lift of both parties within its noise', async () => {
    const { terms, inventory } = sessionInput();
    const rows = hillstromRows();
    const cellAt = new Map(inventory.cells.map(({ label }, cell) => [JSON.stringify(label), cell]));
    const nameOf = (row: number): string => `customer ${row}`;
    const customers = rows.flatMap(({ bought, cents }, row) => (bought > 0 || cents > 0 ? [row] : []));
    const people: OwnList = listOf(
      rows.map((_, row) => nameOf(row)),
      rows.map(({ arm, segment }) => cellAt.get(JSON.stringify([arm, segment]))!),
    );
    const outcomes: OwnList = {
      ...listOf(customers.map(nameOf)),
      measures: [
        Float64Array.from(customers, (row) => rows[row]!.bought),
        Float64Array.from(customers, (row) => rows[row]!.cents),
      ],
    };
    const ownOutcomes = { size: customers.length, dimensions: [], arms: NO_ARMS, cells: [] };
    const operations = inlineOperations(chooseEngine());
    const own = (list: OwnList, of: typeof inventory) => ({
      names: [],
      settings: { operations, list, inventory: of },
    });
    const { initiator, responder, errors } = await runPair(
      new Session(settingsOf('initiator', own(outcomes, ownOutcomes), terms)),
      new Session(settingsOf('responder', own(people, inventory), terms)),
    );
    expect(errors).toStrictEqual({});

    // Past 24 times its scale a draw has a probability of e^-24 = 4e-11; there are 126 of them.
    const reach = (sigma2: number): number => (24 * Math.sqrt(sigma2)) / Math.SQRT2;
    for (const [side, session, own] of [
      ['initiator', initiator, ownOutcomes],
      ['responder', responder, inventory],
    ] as const) {
      const outcome = session.outcome!;
      const report = buildReport({ ...sessionInput(), side, inventory: own, outcome });
      const [bought, spend] = report.measures;
      const squares = (outcome.result as CountResult).measures[1]!;
      expect(report.cells).toHaveLength(21);
      for (const [i, { label, size }] of report.cells.entries()) {
        const cell = expected.cells_history_segment.find(
          ({ segment, history_segment }) => segment === label['arm'] && history_segment === label['segment'],
        )!;
        expect(size).toBe(cell.n);
        expect(Math.abs(bought!.cells[i]!.sum - cell.conversion)).toBeLessThan(
          reach(bought!.privacy.sum.sigma2),
        );
        expect(Math.abs(spend!.cells[i]!.sum - cell.spend)).toBeLessThan(reach(spend!.privacy.sum.sigma2));
        const exact = hillstromCells().get(JSON.stringify([cell.segment, cell.history_segment]))!.squares;
        expect(Math.abs(squares.squares![i]! - exact / squares.squareUnit)).toBeLessThan(
          reach(variance(squares.squaresMechanism!)) + cell.conversion / 2,
        );
      }
      for (const arm of [MENS, WOMENS] as const) {
        for (const measure of ['conversion', 'spend'] as const) {
          const found = differenceOf(report, published[measure], arm);
          // The noise of 14 cells passes 8 of its standard deviations with a probability below 1e-8 (Chernoff).
          expect(Math.abs(found.value - expected[arm][measure].diff)).toBeLessThan(8 * found.noise);
        }
      }
    }
  });

  /** A report of the exact sums with noise freshly drawn from the mechanisms of the session. */
  function noisyReport(input: ReportInput, seed: number): Report {
    const { terms, inventory, outcome } = input;
    const random = seededRandom(seed);
    const exact = [...hillstromCells().values()];
    const columns = columnsOf(terms, Math.max(...exact.map(({ size }) => size)));
    const figures: Figures = {
      counts: exact.map(({ bought }) => bought),
      columns: columns.map(({ measure, kind, unit, mechanism }) =>
        exact.map(({ bought, cents, squares }) => {
          const sum = kind === 'squares' ? Math.round(squares / unit) : measure === 0 ? bought : cents;
          return sum + Number(draw(mechanism, random));
        }),
      ),
    };
    const inventories = { ownItems: 64_000, peerItems: 64_000, cells: inventory.cells };
    const result = countResult(terms, 'responder', inventories, figures);
    return buildReport({ ...input, outcome: { ...outcome, result } });
  }

  it('its intervals hold the exact answer in at least 93 of 100 draws of the noise', () => {
    const input = sessionInput();
    const draws = Array.from({ length: DRAWS }, (_, seed) => noisyReport(input, seed));
    const inside = (measure: 'conversion' | 'spend', arm: typeof MENS | typeof WOMENS): number =>
      draws.filter((report) => {
        const { interval } = differenceOf(report, published[measure], arm);
        const { diff } = expected[arm][measure];
        return interval.lower <= diff && diff <= interval.upper;
      }).length;
    for (const arm of [MENS, WOMENS] as const) {
      console.log(arm, inside('conversion', arm), inside('spend', arm));
      expect(inside('conversion', arm)).toBeGreaterThanOrEqual(0.93 * DRAWS);
      expect(inside('spend', arm)).toBeGreaterThanOrEqual(0.93 * DRAWS);
    }
  });
});
const DRAWS = 200;
