import { describe, expect, it } from 'vitest';
import {
  type Rational,
  addRationals,
  decimalAbove,
  multiplyRationals,
  parseEpsilon,
  rational,
  reachesThreshold,
  truncatedDiscreteLaplace,
} from '../../src/dp/index.js';
import { truncatedLaplaceProbability } from '../../src/dp/laplace.js';
import { thresholdRatio } from '../../src/dp/threshold.js';
import type { Terms } from '../../src/protocol/index.js';
import { type Column, columnValue, columnsOf } from '../../src/protocol/measures.js';
import { TERMS } from '../support/session-pair.js';
import { auditRelease, evaluateAt, hockeyStick, jointly } from './audit.js';
import {
  type Cells,
  type Person,
  type Telling,
  countRatio,
  figuresTold,
  figuresToldIf,
  isAbove,
  neighbouringCells,
  ratioNear,
  statedLoss,
  tellingOf,
  unitOf,
  weakened,
  withColumns,
  withCount,
} from './release-audit.js';

/** A yes/no outcome, and amounts of up to 2 quanta with their squares: shares 1, 2, 2 and 1 of epsilon. */
const SESSION: Terms = {
  ...TERMS,
  mode: 'aggregate',
  disclosure: 'dp',
  epsilon: '3',
  delta: '0.001',
  measures: [
    { name: 'bought', quantum: '1', bound: '1', statistic: 'sum' },
    { name: 'spend', quantum: '1', bound: '2', statistic: 'sum-and-squares' },
  ],
};
const KINDS: readonly Person[] = [0, 1].flatMap((bought) => [0, 1, 2].map((spend) => [bought, spend]));

/** The person who changes most. */
const WORST: Person = [1, 2];

const NONE = rational(0n);
/** Stands for e^(-u); every identity holds at any rational, and small ones are quick. */
const RATIO = rational(3n, 4n);
/** The other cell, in which nothing changes. */
const BESIDE: readonly Cells[number][] = [[], [WORST]];

const onePerson = neighbouringCells(KINDS);
const oneCell = onePerson.map(([one, other]): readonly [Cells, Cells] => [[one], [other]]);
const twoCells = onePerson.flatMap(([one, other]) =>
  BESIDE.flatMap((beside): (readonly [Cells, Cells])[] => [
    [
      [one, beside],
      [other, beside],
    ],
    [
      [beside, one],
      [beside, other],
    ],
  ]),
);

/** What the cohort party gets, by the noise of the measure party, and the other way round. */
const toCohorts = tellingOf(SESSION, 'measures');
const toMeasures = tellingOf(SESSION, 'cells');
/** One measure only, so that figures of two cells can be gone through together. */
const SMALL = tellingOf({ ...SESSION, measures: SESSION.measures.slice(0, 1) }, 'cells');

function halfWidthOf({ count }: Telling): number {
  if (count?.kind !== 'truncated-discrete-laplace') throw new Error('the count has other noise');
  return count.halfWidth;
}

/** The delta that the protocol states for the dummies, with `ratio` for e^(-u). */
function dummyDelta(telling: Telling, ratio: Rational): Rational {
  const halfWidth = halfWidthOf(telling);
  return evaluateAt(truncatedLaplaceProbability(BigInt(halfWidth), halfWidth), countRatio(telling, ratio));
}

const audit = (
  telling: Telling,
  neighbours: readonly (readonly [Cells, Cells])[] = oneCell,
  loss = statedLoss(telling, RATIO),
): Rational => auditRelease(figuresTold(telling, RATIO), neighbours, loss);

describe('the whole answer of a session with measures', () => {
  it('is charged at the epsilon of the terms, to either party', () => {
    for (const { stated } of [toCohorts, toMeasures]) {
      expect(stated.epsilon).toStrictEqual(parseEpsilon(SESSION.epsilon));
    }
    expect(toMeasures.stated.delta).toStrictEqual(NONE);
  });

  it('for the cohort party: exactly the stated epsilon and the delta of the dummies, in one cell and in two', () => {
    const delta = dummyDelta(toCohorts, RATIO);
    expect(audit(toCohorts)).toStrictEqual(delta);
    expect(audit(toCohorts, twoCells)).toStrictEqual(delta);
  });

  it('for the measure party: exactly the stated epsilon and no delta, in one cell and in two', () => {
    expect(audit(toMeasures)).toStrictEqual(NONE);
    expect(audit(toMeasures, twoCells)).toStrictEqual(NONE);
  });

  it.each([
    ['cohort', toCohorts],
    ['measure', toMeasures],
  ] as const)('for the %s party: no smaller epsilon would do', (_, telling) => {
    const below = multiplyRationals(statedLoss(telling, RATIO), rational(999n, 1000n));
    expect(isAbove(audit(telling, oneCell, below), audit(telling))).toBe(true);
  });

  it('at the true e^(-u): the delta found is the number that the ledger is charged', () => {
    const ratio = ratioNear(unitOf(toCohorts), 90);
    const release = figuresTold(toCohorts, ratio);
    const worst: readonly (readonly [Cells, Cells])[] = [[[[]], [[WORST]]]];
    const found = auditRelease(release, worst, statedLoss(toCohorts, ratio));
    expect(found).toStrictEqual(dummyDelta(toCohorts, ratio));
    expect(decimalAbove(found, 20)).toBe(decimalAbove(toCohorts.stated.delta, 20));
  });

  it('gives the same as the joint distribution of all the figures of both cells', () => {
    const release = figuresTold(SMALL, RATIO);
    const [one, other]: readonly [Cells, Cells] = [
      [[[1]], [[0]]],
      [[[1], [1]], [[0]]],
    ];
    const loss = statedLoss(SMALL, RATIO);
    const [p, q] = [jointly(release(one)), jointly(release(other))];
    const [there, back] = [hockeyStick(p, q, loss), hockeyStick(q, p, loss)];
    expect(auditRelease(release, [[one, other]], loss)).toStrictEqual(isAbove(there, back) ? there : back);
  });

  it.each(['9.5', '0.7', '0.2'])('at epsilon %s', (epsilon) => {
    const terms = { ...SESSION, epsilon };
    const measures = tellingOf(terms, 'cells');
    expect(audit(measures)).toStrictEqual(NONE);
    // 0.2 takes so many dummies that only the pair with the largest change is gone through.
    const cohorts = tellingOf(terms, 'measures');
    expect(audit(cohorts, epsilon === '9.5' ? oneCell : [[[[]], [[WORST]]]])).toStrictEqual(
      dummyDelta(cohorts, RATIO),
    );
  });

  it('never adds more for a person than the noise is made for, whatever the unit of the squares', () => {
    const terms: Terms = {
      ...SESSION,
      measures: [{ name: 'spend', quantum: '0.01', bound: '777.77', statistic: 'sum-and-squares' }],
    };
    for (const people of [2, 1000, 500_000]) {
      for (const column of columnsOf(terms, people)) {
        expect(column.mechanism).toMatchObject({ sensitivity: BigInt(column.bound) });
        const most = Math.max(
          ...Array.from({ length: 77_778 }, (_, quanta) => columnValue(column, quanta, 0)),
        );
        expect(most).toBe(column.bound);
      }
    }
  });
});

describe('controls: what has to fail the audit', () => {
  const faults = [
    { party: 'cohort', right: toCohorts },
    { party: 'measure', right: toMeasures },
  ].flatMap(({ party, right }) => {
    const without = (measure: number, kind: Column['kind']): Telling =>
      withColumns(right, (mechanism, column) =>
        column.measure === measure && column.kind === kind ? undefined : mechanism,
      );
    const oneTooSmall = (kind: Column['kind']): Telling =>
      withColumns(right, (mechanism, column) =>
        column.measure === 1 && column.kind === kind ? weakened(mechanism, rational(1n), 1n) : mechanism,
      );
    return [
      { party, right, fault: 'no noise on the yes/no sums', wrong: without(0, 'sum') },
      { party, right, fault: 'no noise on the sums of amounts', wrong: without(1, 'sum') },
      { party, right, fault: 'no noise on the sums of squares', wrong: without(1, 'squares') },
      { party, right, fault: 'sums made for a bound one too small', wrong: oneTooSmall('sum') },
      { party, right, fault: 'squares made for a bound one too small', wrong: oneTooSmall('squares') },
      {
        party,
        right,
        fault: 'shares that add up to more than epsilon',
        wrong: withColumns(right, (mechanism) => weakened(mechanism, rational(6n, 5n))),
      },
      { party, right, fault: 'a count without noise', wrong: withCount(right, undefined) },
    ];
  });

  it.each(faults)('$fault, for the $party party', ({ wrong, right }) => {
    expect(isAbove(audit(wrong), audit(right))).toBe(true);
  });

  it('half a width one too small', () => {
    const halfWidth = halfWidthOf(toCohorts) - 1;
    const narrow = withCount(toCohorts, truncatedDiscreteLaplace(toCohorts.count!.epsilon, halfWidth));
    expect(isAbove(audit(narrow), dummyDelta(toCohorts, RATIO))).toBe(true);
  });

  it('a value past the bound, or a person who counts twice', () => {
    const past: readonly (readonly [Cells, Cells])[] = [[[[]], [[[2, 2]]]]];
    const twice: readonly (readonly [Cells, Cells])[] = [[[[]], [[WORST, WORST]]]];
    expect(isAbove(audit(toMeasures, past), NONE)).toBe(true);
    expect(isAbove(audit(toMeasures, twice), NONE)).toBe(true);
  });

  it('a person in two cells: a row that moves is one removed and one added', () => {
    const moved: readonly (readonly [Cells, Cells])[] = [
      [
        [[[1]], []],
        [[], [[1]]],
      ],
    ];
    const loss = statedLoss(SMALL, RATIO);
    expect(isAbove(audit(SMALL, moved), NONE)).toBe(true);
    expect(audit(SMALL, moved, multiplyRationals(loss, loss))).toStrictEqual(NONE);
  });
});

describe('with a threshold on the noisy count, for cells that may name a person', () => {
  const isShown = (threshold: bigint) => (noisy: bigint) => reachesThreshold(noisy, threshold);
  const auditIf = (telling: Telling, rule: (noisy: bigint) => boolean): Rational =>
    auditRelease(figuresToldIf(telling, RATIO, rule), oneCell, statedLoss(telling, RATIO));

  for (const threshold of [2n, 3n, 6n]) {
    it(`${String(threshold)}, for the measure party: exactly the stated delta; > for >= and one lower are found out`, () => {
      const stated = evaluateAt(thresholdRatio(1n, threshold), countRatio(toMeasures, RATIO));
      expect(auditIf(toMeasures, isShown(threshold))).toStrictEqual(stated);
      expect(
        isAbove(
          stated,
          auditIf(toMeasures, (noisy) => noisy > threshold),
        ),
      ).toBe(true);
      expect(
        isAbove(
          auditIf(toMeasures, (noisy) => noisy >= threshold - 1n),
          stated,
        ),
      ).toBe(true);
    });

    it(`${String(threshold)}, for the cohort party: the mass of the dummies that reach it`, () => {
      const halfWidth = halfWidthOf(toCohorts);
      const mass = (least: bigint): Rational =>
        Array.from({ length: halfWidth + 1 - Number(least) }, (_, i) =>
          evaluateAt(truncatedLaplaceProbability(least + BigInt(i), halfWidth), countRatio(toCohorts, RATIO)),
        ).reduce(addRationals, NONE);
      const stated = mass(threshold - 1n);
      expect(auditIf(toCohorts, isShown(threshold))).toStrictEqual(stated);
      expect(auditIf(toCohorts, (noisy) => noisy > threshold)).toStrictEqual(mass(threshold));
    });
  }

  it('past every noisy count of one person only the cut tails are left', () => {
    const threshold = BigInt(halfWidthOf(toCohorts)) + 2n;
    expect(auditIf(toCohorts, isShown(threshold))).toStrictEqual(dummyDelta(toCohorts, RATIO));
  });
});
