import { describe, expect, it } from 'vitest';
import { expNegativeBounds } from '../../src/dp/exponential.js';
import {
  compareRationals,
  decimalAbove,
  discreteGaussian,
  discreteLaplace,
  dummyHalfWidth,
  multiplyRationals,
  privacyLoss,
  probability,
  rational,
  rationalToNumber,
  reachesThreshold,
  truncatedDiscreteLaplace,
  type Mechanism,
} from '../../src/dp/index.js';
import { truncatedLaplaceProbability } from '../../src/dp/laplace.js';
import { thresholdRatio } from '../../src/dp/threshold.js';
import {
  WITHHELD,
  auditRelease,
  customNoise,
  evaluateAt,
  hockeyStick,
  jointly,
  laplaceNoise,
  shownIf,
  truncatedNoise,
  type Distribution,
  type Noise,
  type Release,
} from './audit.js';

/** The measure values of the matched people of each cell. */
type Cells = readonly (readonly bigint[])[];

const BOUND = 2n;
/** Count noise: epsilon = ln 3. */
const COUNT_RATIO = rational(1n, 3n);
/** Sum noise: ratio 1/2 a quantum, so epsilon = 2 ln 2 for a sensitivity of BOUND = 2 quanta. */
const SUM_RATIO = rational(1n, 2n);
const EXP_COUNT_EPSILON = rational(3n);
const EXP_SUM_EPSILON = rational(4n);
const EXP_EPSILON = multiplyRationals(EXP_COUNT_EPSILON, EXP_SUM_EPSILON);
const HALF_WIDTH = 4;
/** What is stated for the count's dummies: the exact delta of the truncated mechanism. */
const STATED_DELTA = evaluateAt(truncatedLaplaceProbability(BigInt(HALF_WIDTH), HALF_WIDTH), COUNT_RATIO);

/** One cell with up to two people, each of a value up to the bound. */
const CELL_STATES: readonly (readonly bigint[])[] = [
  [],
  [0n],
  [1n],
  [2n],
  [0n, 0n],
  [0n, 2n],
  [1n, 2n],
  [2n, 2n],
];

/** Every pair of two-cell databases that differ in one person's row. */
const NEIGHBOURS: readonly (readonly [Cells, Cells])[] = CELL_STATES.flatMap((first) =>
  CELL_STATES.flatMap((second) =>
    [0n, 1n, 2n].flatMap((value): (readonly [Cells, Cells])[] => [
      [
        [first, second],
        [[...first, value], second],
      ],
      [
        [first, second],
        [first, [...second, value]],
      ],
    ]),
  ),
);

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** Per cell a noisy count and a noisy sum: what each party of mode `aggregate` gets to see, with its partner's noise. */
function cellRelease(countNoise: Noise, sumNoise: Noise): Release<Cells> {
  return (cells) => cells.flatMap((values) => [countNoise(BigInt(values.length)), sumNoise(sum(values))]);
}

/** Noisy counts of the cells that exist, each only when the rule shows it. */
function thresholdRelease(isShown: (noisy: bigint) => boolean): Release<Cells> {
  const noise = laplaceNoise(COUNT_RATIO);
  return (cells) =>
    cells.map((values) => (values.length === 0 ? WITHHELD : shownIf(noise(BigInt(values.length)), isShown)));
}

describe('what the cohort party sees: counts by the dummies of the measure party, sums with its noise', () => {
  const release = cellRelease(truncatedNoise(COUNT_RATIO, HALF_WIDTH), laplaceNoise(SUM_RATIO));

  it('has exactly the stated (epsilon, delta), over every output and every pair of neighbours', () => {
    expect(auditRelease(release, NEIGHBOURS, EXP_EPSILON)).toStrictEqual(STATED_DELTA);
  });

  it('has no smaller epsilon at that delta', () => {
    const below = multiplyRationals(EXP_EPSILON, rational(999n, 1000n));
    expect(compareRationals(auditRelease(release, NEIGHBOURS, below), STATED_DELTA)).toBe(1);
  });

  it.each([
    ['a half-width one too small', truncatedNoise(COUNT_RATIO, HALF_WIDTH - 1), laplaceNoise(SUM_RATIO)],
    [
      'counts with epsilon off by a hair',
      truncatedNoise(rational(33n, 100n), HALF_WIDTH),
      laplaceNoise(SUM_RATIO),
    ],
    // e^epsilon = 4 spread over one quantum instead of two.
    [
      'sum noise for a bound one too small',
      truncatedNoise(COUNT_RATIO, HALF_WIDTH),
      laplaceNoise(rational(1n, 4n)),
    ],
    ['dummies that are not centred', uncentred(HALF_WIDTH), laplaceNoise(SUM_RATIO)],
    ['no noise on the sums', truncatedNoise(COUNT_RATIO, HALF_WIDTH), customNoise(new Map([[0n, 1n]]))],
  ])('control: %s fails the audit', (_, countNoise, sumNoise) => {
    const found = auditRelease(cellRelease(countNoise, sumNoise), NEIGHBOURS, EXP_EPSILON);
    expect(compareRationals(found, STATED_DELTA)).toBe(1);
  });

  it('control: a value above the bound fails the audit', () => {
    const unclamped: readonly (readonly [Cells, Cells])[] = [[[[0n]], [[0n, BOUND + 1n]]]];
    expect(compareRationals(auditRelease(release, unclamped, EXP_EPSILON), STATED_DELTA)).toBe(1);
  });
});

describe('what the measure party sees: counts and sums with the noise of the cohort party', () => {
  const release = cellRelease(laplaceNoise(COUNT_RATIO), laplaceNoise(SUM_RATIO));

  it('is purely epsilon-private, and for no smaller epsilon', () => {
    expect(auditRelease(release, NEIGHBOURS, EXP_EPSILON)).toStrictEqual(rational(0n));
    const below = multiplyRationals(EXP_EPSILON, rational(999n, 1000n));
    expect(compareRationals(auditRelease(release, NEIGHBOURS, below), rational(0n))).toBe(1);
  });

  it('gives the same as the full joint distribution of both cells', () => {
    const [one, other]: readonly [Cells, Cells] = [
      [[1n], [2n]],
      [[1n, 2n], [2n]],
    ];
    const below = rational(3n);
    const whole = hockeyStick(jointly(release(one)), jointly(release(other)), below);
    const back = hockeyStick(jointly(release(other)), jointly(release(one)), below);
    const worse = compareRationals(whole, back) > 0 ? whole : back;
    expect(auditRelease(release, [[one, other]], below)).toStrictEqual(worse);
  });

  it('shows the true value on average', () => {
    // Within the window the noise is symmetric about the true value 0.
    const { weights } = laplaceNoise(SUM_RATIO)(0n);
    for (const [outcome, weight] of weights) expect(weights.get(String(-BigInt(outcome)))).toBe(weight);
  });

  it('control: cells that share a person cost more than parallel composition says', () => {
    const shared: readonly (readonly [Cells, Cells])[] = [
      [
        [[1n], [1n]],
        [
          [1n, 2n],
          [1n, 2n],
        ],
      ],
    ];
    expect(compareRationals(auditRelease(release, shared, EXP_EPSILON), rational(0n))).toBe(1);
  });
});

describe('cells shown only when their noisy count reaches a threshold', () => {
  for (const threshold of [1n, 2n, 3n, 6n]) {
    const stated = evaluateAt(thresholdRatio(1n, threshold), COUNT_RATIO);

    it(`threshold ${String(threshold)}: exactly the stated delta`, () => {
      const release = thresholdRelease((noisy) => reachesThreshold(noisy, threshold));
      expect(auditRelease(release, NEIGHBOURS, EXP_COUNT_EPSILON)).toStrictEqual(stated);
    });

    it(`threshold ${String(threshold)}: control: > for >=, and one lower, are found out`, () => {
      const above = thresholdRelease((noisy) => noisy > threshold);
      const lower = thresholdRelease((noisy) => noisy >= threshold - 1n);
      expect(compareRationals(auditRelease(above, NEIGHBOURS, EXP_COUNT_EPSILON), stated)).toBe(-1);
      expect(compareRationals(auditRelease(lower, NEIGHBOURS, EXP_COUNT_EPSILON), stated)).toBe(1);
    });
  }

  it('control: telling an empty cell from a withheld one, or showing a true count, is found out', () => {
    const told = thresholdRelease((noisy) => reachesThreshold(noisy, 3n));
    const empty: Distribution = { weights: new Map([['empty', 1n]]), total: 1n };
    const telling: Release<Cells> = (cells) =>
      told(cells).map((figure, i) => (cells[i]!.length === 0 ? empty : figure));
    expect(auditRelease(telling, NEIGHBOURS, EXP_COUNT_EPSILON)).toStrictEqual(rational(1n));
    const exact = customNoise(new Map([[0n, 1n]]));
    const release: Release<Cells> = (cells) => cells.map((values) => exact(BigInt(values.length)));
    expect(auditRelease(release, NEIGHBOURS, EXP_COUNT_EPSILON)).toStrictEqual(rational(1n));
  });

  it('costs no delta at all when empty cells are treated as the others', () => {
    const noise = laplaceNoise(COUNT_RATIO);
    const everyCell: Release<Cells> = (cells) =>
      cells.map((values) => shownIf(noise(BigInt(values.length)), (noisy) => reachesThreshold(noisy, 3n)));
    expect(auditRelease(everyCell, NEIGHBOURS, EXP_COUNT_EPSILON)).toStrictEqual(rational(0n));
  });
});

describe('mechanisms as they are stated, at epsilons that are plain decimals', () => {
  /** Bounds of the smallest delta at the stated epsilon for two true values `shift` apart, by going over every output. */
  function deltaBounds(mechanism: Mechanism, shift: bigint, reach: bigint) {
    const { epsilon } = privacyLoss(mechanism);
    const factor = expNegativeBounds(epsilon, 400);
    const unit = 1n << 400n;
    const scale = 1n << 500n;
    const fixed = ({ numerator, denominator }: { numerator: bigint; denominator: bigint }) =>
      (numerator * scale) / denominator;
    const known = new Map<bigint, { lower: bigint; upper: bigint }>();
    const at = (x: bigint) => {
      const magnitude = x < 0n ? -x : x;
      let found = known.get(magnitude);
      if (found === undefined) {
        const { lower, upper } = probability(mechanism, magnitude);
        found = { lower: fixed(lower), upper: fixed(upper) + 1n };
        known.set(magnitude, found);
      }
      return found;
    };
    let lower = 0n;
    let upper = 0n;
    for (let output = -reach; output <= reach; output += 1n) {
      // P - Q / e^-epsilon
      const p = at(output);
      const q = at(output - shift);
      const most = p.upper - (q.lower * unit) / factor.upper;
      const least = p.lower - (q.upper * unit) / factor.lower;
      if (most > 0n) upper += most;
      if (least > 0n) lower += least;
    }
    return { lower: rational(lower, scale), upper: rational(upper, scale) };
  }

  it.each([
    ['1', '1e-6'],
    ['0.5', '1e-9'],
    ['2', '1e-3'],
  ])('dummies at epsilon %s, delta %s: the stated delta is the true one', (epsilon, delta) => {
    const halfWidth = dummyHalfWidth(epsilon, delta);
    const mechanism = truncatedDiscreteLaplace(epsilon, halfWidth);
    const found = deltaBounds(mechanism, 1n, BigInt(halfWidth) + 2n);
    const stated = privacyLoss(mechanism).delta;
    expect(decimalAbove(found.lower, 20)).toBe(decimalAbove(stated, 20));
    expect(rationalToNumber(found.upper, 'nearest') / rationalToNumber(stated, 'nearest')).toBeCloseTo(1, 12);
    // A shift the mechanism is not made for is found out.
    expect(compareRationals(deltaBounds(mechanism, 2n, BigInt(halfWidth) + 3n).lower, stated)).toBe(1);
  });

  it.each([1n, 3n, 10n])(
    'discrete Laplace of sensitivity %i: no delta within it, some one past it',
    (sensitivity) => {
      const mechanism = discreteLaplace('0.8', sensitivity);
      for (let shift = 1n; shift <= sensitivity; shift += 1n) {
        expect(rationalToNumber(deltaBounds(mechanism, shift, 60n).upper, 'up')).toBeLessThan(1e-30);
      }
      const past = deltaBounds(mechanism, sensitivity + 1n, 60n).lower;
      expect(rationalToNumber(past, 'nearest')).toBeGreaterThan(0.001);
    },
  );

  it.each([
    ['4', 1n, '1e-6', 26n],
    ['0.5', 1n, '1e-3', 9n],
    ['20', 2n, '1e-9', 58n],
  ] as const)(
    'discrete Gaussian, sigma2 %s, sensitivity %i, delta %s',
    (sigma2, sensitivity, delta, reach) => {
      // Past the reach, 12 sigma and more, P is below e^-70.
      const mechanism = discreteGaussian(sigma2, sensitivity, delta);
      const stated = privacyLoss(mechanism).delta;
      const found = deltaBounds(mechanism, sensitivity, reach);
      expect(compareRationals(found.upper, stated)).toBe(-1);
      // The conversion is not tight, but it is not empty either.
      expect(rationalToNumber(found.lower, 'nearest')).toBeGreaterThan(Number(delta) / 200);
      expect(compareRationals(deltaBounds(mechanism, 2n * sensitivity, reach).lower, stated)).toBe(1);
    },
  );
});

/** The weights of the truncated mechanism on [0, 2h] instead of [-h, h]: the most likely count is the true one. */
function uncentred(halfWidth: number): Noise {
  const { numerator, denominator } = COUNT_RATIO;
  const width = 2n * BigInt(halfWidth);
  const weights = new Map<bigint, bigint>();
  for (let x = 0n; x <= width; x += 1n) weights.set(x, numerator ** x * denominator ** (width - x));
  return customNoise(weights);
}
