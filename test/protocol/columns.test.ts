import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Rational,
  addRationals,
  composeSequentially,
  costOf,
  discreteLaplace,
  dummyHalfWidth,
  multiplyRationals,
  parseEpsilon,
  rational,
  truncatedDiscreteLaplace,
} from '../../src/dp/index.js';
import { asVesicaError, type VesicaError } from '../../src/errors.js';
import type { MeasureTerm, Terms } from '../../src/protocol/index.js';
import { LIMITS } from '../../src/protocol/index.js';
import { systemRandom } from '../../src/system-random.js';
import { coins, columnValue, columnsOf, costOfRelease, countEpsilon } from '../../src/protocol/measures.js';
import { TERMS, runPair } from '../support/session-pair.js';
import { BOUGHT, COHORTS, SPEND, SPENDERS, SUMS, measuredPair } from './support/measured.js';
import { SIDES, cheapPair, emails } from './support/stepping.js';

function refusal(work: () => unknown): VesicaError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return asVesicaError(error);
  }
}
const termsWith = (measures: readonly MeasureTerm[], epsilon = '10'): Terms => ({
  ...TERMS,
  ...SUMS,
  measures,
  epsilon,
});
const measure = (bound: number, statistic: MeasureTerm['statistic'], name = 'm'): MeasureTerm => ({
  name,
  quantum: '1',
  bound: String(bound),
  statistic,
});
const epsilonOf = ({ mechanism }: ReturnType<typeof columnsOf>[number]): Rational => {
  if (mechanism.kind !== 'discrete-laplace') throw new Error('another mechanism');
  return mechanism.epsilon;
};
/** Noise beyond 46 scales counts as impossible. */
const tailOf = (bound: bigint, { numerator, denominator }: Rational): bigint =>
  (46n * bound * denominator) / numerator + 1n;

const anyMeasures = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.constantFrom('sum', 'sum-and-squares')), {
    maxLength: 4,
  })
  .map((list) => list.map(([bound, statistic], i) => measure(bound, statistic, `m${i}`)));
const anyEpsilon = fc.constantFrom('0.1', '1', '3.7', '20');

describe('the shares of epsilon', () => {
  it('add up to epsilon exactly, weighted 1 for the count, 2 a sum, 1 a sum of squares', () => {
    fc.assert(
      fc.property(anyMeasures, anyEpsilon, (measures, epsilon) => {
        const terms = termsWith(measures, epsilon);
        const columns = columnsOf(terms, 10);
        const count = countEpsilon(terms);
        const total = columns.map(epsilonOf).reduce(addRationals, count);
        expect(total).toEqual(parseEpsilon(epsilon));
        for (const column of columns) {
          const weight = column.kind === 'sum' ? 2n : 1n;
          expect(epsilonOf(column)).toEqual(multiplyRationals(count, rational(weight)));
        }
      }),
    );
  });

  it('without measures all go to the count', () => {
    expect(countEpsilon(termsWith([], '3'))).toEqual(rational(3n));
  });

  it('are what the session costs, composed, for either party', () => {
    fc.assert(
      fc.property(anyMeasures, anyEpsilon, (measures, epsilon) => {
        const terms = termsWith(measures, epsilon);
        const count = countEpsilon(terms);
        const sums = columnsOf(terms, 10).map(({ mechanism }) => costOf(mechanism));
        const dummies = truncatedDiscreteLaplace(count, dummyHalfWidth(count, terms.delta));
        const cost = costOfRelease(terms, 'measures');
        expect(cost).toEqual(composeSequentially([costOf(dummies), ...sums]));
        expect(cost?.epsilon).toEqual(parseEpsilon(epsilon));
        expect(costOfRelease(terms, 'cells')).toEqual(
          composeSequentially([costOf(discreteLaplace(count, 1n)), ...sums]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('cost nothing to a party that tells nothing, and are no cost where noise is not what protects', () => {
    expect(costOfRelease({ ...termsWith([]), shareResults: false }, 'cells')).toBeUndefined();
    expect(costOfRelease({ ...termsWith([]), shareResults: false }, 'measures')).toBeDefined();
    for (const disclosure of ['exact', 'rows'] as const) {
      for (const holder of ['cells', 'measures'] as const) {
        expect(costOfRelease({ ...termsWith([]), disclosure }, holder)).toBeUndefined();
      }
    }
  });
});

describe('the columns', () => {
  it('hold a sum and, where the terms say so, squares; noise is made for the most one person adds', () => {
    const [bought, spent, squares] = columnsOf(termsWith([BOUGHT, SPEND]), 3);
    expect([bought, spent, squares].map((column) => column!.bound)).toEqual([1, 500, 250_000]);
    expect([bought, spent, squares].map((column) => column!.unit)).toEqual([1, 1, 1]);
    expect([bought, spent, squares].map((column) => column!.measure)).toEqual([0, 1, 1]);
    for (const { mechanism, bound } of [bought!, spent!, squares!]) {
      expect(mechanism).toMatchObject({ kind: 'discrete-laplace', sensitivity: BigInt(bound) });
    }
  });

  it('have ranges of all people at the bound, and 46 scales of noise of both parties on either side', () => {
    fc.assert(
      fc.property(anyMeasures, anyEpsilon, fc.nat(1000), (measures, epsilon, people) => {
        for (const column of columnsOf(termsWith(measures, epsilon), people)) {
          const tail = Number(tailOf(BigInt(column.bound), epsilonOf(column)));
          expect([column.minimum, column.maximum]).toEqual([-2 * tail, column.bound * people + 2 * tail]);
        }
      }),
    );
  });

  it('take as many people as the range has room for, and not one more', () => {
    // Epsilon 10 gives the sum 20/3.
    const tail = tailOf(2n ** 20n, rational(20n, 3n));
    const most = Number((BigInt(LIMITS.sumRange) - 4n * tail) / 2n ** 20n);
    const terms = termsWith([measure(2 ** 20, 'sum', 'spend')]);
    expect(columnsOf(terms, most)[0]!.maximum - columnsOf(terms, most)[0]!.minimum).toBeLessThanOrEqual(
      LIMITS.sumRange,
    );
    expect(refusal(() => columnsOf(terms, most + 1))).toMatchObject({
      code: 'limit/measure-range',
      field: 'measures.spend',
    });
  });

  it('fill the range exactly at its edge', () => {
    // With a bound of 1 a person is one quantum, so some number of people makes the range exactly 2^36.
    const terms = termsWith([measure(1, 'sum')]);
    const most = Number(BigInt(LIMITS.sumRange) - 4n * tailOf(1n, rational(20n, 3n)));
    const [column] = columnsOf(terms, most);
    expect(column!.maximum - column!.minimum).toBe(LIMITS.sumRange);
    expect(refusal(() => columnsOf(terms, most + 1))?.code).toBe('limit/measure-range');
  });

  it('of squares have the smallest unit with which they fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 22 }),
        fc.integer({ min: 1, max: 5000 }),
        (bound, people) => {
          const terms = termsWith([measure(bound, 'sum-and-squares')]);
          let columns: ReturnType<typeof columnsOf>;
          try {
            columns = columnsOf(terms, people);
          } catch (error) {
            // Then it is the sum that does not fit.
            expect(refusal(() => columnsOf(termsWith([measure(bound, 'sum')], '7.5'), people))?.code).toBe(
              asVesicaError(error).code,
            );
            return;
          }
          const squares = columns[1]!;
          const epsilon = epsilonOf(squares);
          const widthWith = (unit: bigint): bigint => {
            const most = (BigInt(bound) ** 2n + unit / 2n) / unit;
            return most * BigInt(people) + 4n * tailOf(most, epsilon);
          };
          const unit = BigInt(squares.unit);
          expect(Math.log2(squares.unit) % 1).toBe(0);
          expect(widthWith(unit) <= BigInt(LIMITS.sumRange)).toBe(true);
          if (unit > 1n) expect(widthWith(unit / 2n) > BigInt(LIMITS.sumRange)).toBe(true);
          expect(columns[0]!.unit).toBe(1);
        },
      ),
    );
    expect(columnsOf(termsWith([measure(2 ** 20, 'sum-and-squares')]), 100)[1]!.unit).toBeGreaterThan(1);
  });

  it('have the exact square as their mean, over all coins', () => {
    const [, squares] = columnsOf(termsWith([measure(2 ** 17, 'sum-and-squares')], '20'), 30);
    const unit = squares!.unit;
    expect(unit).toBeGreaterThan(1);
    for (const quanta of [0, 1, 2, 17, 1000, 99_999, 2 ** 17]) {
      let total = 0;
      for (let coin = 0; coin < unit; coin += 1) total += columnValue(squares!, quanta, coin);
      expect(total).toBe(quanta ** 2);
    }
  });

  it('draw coins that are whole, below the unit, and of every value', () => {
    const draw = coins(systemRandom, 4000);
    const seen = new Set(Array.from({ length: 4000 }, () => draw(8)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('never hold more of a person than the noise is made for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 22 }), fc.nat(), (bound, quanta) => {
        const terms = termsWith([measure(bound, 'sum-and-squares')], '20');
        for (const column of columnsOf(terms, 1)) {
          for (const value of [0, quanta % (bound + 1), bound]) {
            const exact = column.kind === 'sum' ? value : value ** 2 / column.unit;
            const [up, down] = [0, column.unit - 1].map((coin) => columnValue(column, value, coin));
            expect([up, down]).toEqual([Math.ceil(exact), Math.floor(exact)]);
            expect(up).toBeLessThanOrEqual(column.bound);
          }
          expect(columnValue(column, bound, 0)).toBe(column.bound);
        }
      }),
    );
  });

  it('that cannot be decrypted end the session on both sides, with nothing streamed', async () => {
    const huge = { ...SPEND, quantum: '1', bound: String(2 ** 36) };
    const { initiator, responder } = measuredPair({ measures: [BOUGHT, huge] });
    const run = await runPair(initiator, responder);
    for (const side of SIDES) {
      expect(run.errors[side]).toMatchObject({ code: 'limit/measure-range', field: 'measures.spend' });
    }
    expect(initiator.progress.total + responder.progress.total).toBe(0);
  });
});

describe('measures that no session may have', () => {
  const sums = (count: number, statistic: MeasureTerm['statistic']): MeasureTerm[] =>
    Array.from({ length: count }, (_, i) => measure(3, statistic, `m${i}`));
  const psi: Partial<Terms> = { mode: 'psi', disclosure: 'rows', initiatorRole: 'receiver' };
  const psiCa: Partial<Terms> = { mode: 'psi-ca', initiatorRole: 'sender' };
  it.each<[string, Partial<Terms>, string, string]>([
    ['nine columns', { measures: sums(9, 'sum') }, 'limit/measures', 'measures'],
    ['five measures with squares', { measures: sums(5, 'sum-and-squares') }, 'limit/measures', 'measures'],
    ['a name twice', { measures: [BOUGHT, { ...SPEND, name: 'bought' }] }, 'config/invalid', 'measures'],
    ['an empty name', { measures: [{ ...BOUGHT, name: '' }] }, 'config/invalid', 'measures'],
    ['a name of two lines', { measures: [{ ...BOUGHT, name: 'a\nb' }] }, 'limit/text', 'measures'],
    ['too long a name', { measures: [{ ...BOUGHT, name: 'x'.repeat(201) }] }, 'limit/text', 'measures'],
    ['mode psi', psi, 'config/invalid', 'measures'],
    ['mode psi-ca', psiCa, 'config/invalid', 'measures'],
    ['exact counts', { disclosure: 'exact' }, 'config/invalid', 'measures'],
    ['results that are not shared', { shareResults: false }, 'config/invalid', 'share.results'],
    [
      'a bound between two quanta',
      { measures: [{ ...SPEND, bound: '0.005' }] },
      'dp/invalid-parameter',
      'bound',
    ],
    ['a bound of 0', { measures: [{ ...SPEND, bound: '0' }] }, 'dp/invalid-parameter', 'bound'],
    ['a quantum of 0', { measures: [{ ...SPEND, quantum: '0' }] }, 'dp/invalid-parameter', 'quantum'],
    [
      'a bound past 2^36 quanta',
      { measures: [measure(2 ** 36 + 1, 'sum')] },
      'dp/invalid-parameter',
      'bound',
    ],
  ])('%s', (_, change, code, field) => {
    const start = () => cheapPair({ ...SUMS, ...change }, SPENDERS, { names: emails('a', 5) });
    expect(refusal(start)).toMatchObject({ code, field });
  });

  it.each([
    ['eight columns', { measures: sums(8, 'sum') }],
    ['four measures with squares', { measures: sums(4, 'sum-and-squares') }],
  ])('but %s', (_, { measures }) => {
    const values = measures.map(() => new Float64Array(SPENDERS.names.length));
    const pair = measuredPair({ measures }, { initiator: { ...SPENDERS, measures: values } });
    expect(pair.initiator.state).toBe('greeting');
  });

  it.each<[string, readonly Float64Array[] | undefined, string]>([
    ['no values at all', undefined, 'bought'],
    ['a measure without values', [SPENDERS.measures![0]!], 'spend'],
    ['a value too few', [SPENDERS.measures![0]!, new Float64Array(3)], 'spend'],
    ['a value above the bound', [Float64Array.of(0, 0, 2, 0), new Float64Array(4)], 'bought'],
    ['a value below 0', [new Float64Array(4), Float64Array.of(0, -1, 0, 0)], 'spend'],
    ['half a quantum', [new Float64Array(4), Float64Array.of(0, 0.5, 0, 0)], 'spend'],
    ['no number', [new Float64Array(4), Float64Array.of(0, NaN, 0, 0)], 'spend'],
  ])('a list with %s', (_, measures, name) => {
    const { measures: _dropped, ...rest } = SPENDERS;
    const initiator = measures === undefined ? rest : { ...rest, measures };
    expect(refusal(() => measuredPair({}, { initiator, responder: COHORTS }))).toMatchObject({
      code: 'internal/defect',
      field: `measures.${name}`,
    });
  });
});
