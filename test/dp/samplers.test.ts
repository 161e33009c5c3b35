import { describe, expect, it } from 'vitest';
import { addRationals, parseDecimal, rational } from '../../src/dp/rational.js';
import {
  attemptDiscreteLaplace,
  attemptTruncatedDiscreteLaplace,
  gaussianRejection,
  integerSquareRoot,
  sampleBernoulliExp,
  sampleDiscreteGaussian,
  sampleDiscreteLaplace,
  sampleTruncatedDiscreteLaplace,
} from '../../src/dp/samplers.js';
import { uniformDraws } from '../../src/dp/uniform.js';
import type { RandomSource } from '../../src/random.js';
import { enumerateAccepted, enumerateOutcomes } from './enumerate.js';

/** A source that hands out `bytes` and fails when asked for more than a buffer past their end. */
function scripted(bytes: readonly number[]): RandomSource {
  let given = false;
  return {
    fill(target) {
      if (given) throw new Error('asked for more randomness than scripted');
      given = true;
      target.fill(0);
      target.set(bytes);
    },
  };
}

type Distribution = ReturnType<typeof enumerateAccepted>;

/** Every enumerated result has its expected probability within bounds that are narrow enough to mean something. */
function expectDistribution(found: Distribution, expected: (x: number) => number) {
  let covered = 0;
  for (const [result, { lower, upper }] of found) {
    const probability = expected(Number(result));
    expect(upper - lower).toBeLessThan(2e-5);
    expect(probability, `P(${result})`).toBeGreaterThanOrEqual(lower - 1e-13);
    expect(probability, `P(${result})`).toBeLessThanOrEqual(upper + 1e-13);
    expect(found.get(String(-BigInt(result)))?.lower, 'symmetric').toBe(lower);
    covered += probability;
  }
  // Nothing that the distribution has is missing from what was found.
  expect(covered).toBeGreaterThan(1 - 1e-4);
  expect(covered).toBeLessThan(1 + 1e-12);
}

describe('uniform draws', () => {
  it.each([1, 2, 3, 5, 6, 7, 100, 128, 129, 255, 256])(
    'below(%i) is exactly uniform over one byte',
    (bound) => {
      // A marker byte after the first tells a rejected first byte from an accepted one: 0 is accepted for every bound.
      const counts = new Map<bigint, number>();
      let rejected = 0;
      for (let byte = 0; byte < 256; byte += 1) {
        const probe = uniformDraws(scripted([byte, 0, 255]));
        const value = probe.below(BigInt(bound));
        const consumedOne = bound > 1 && probe.below(256n) === 0n;
        if (bound === 1 || consumedOne) counts.set(value, (counts.get(value) ?? 0) + 1);
        else rejected += 1;
      }
      expect(counts.size).toBe(bound);
      expect(new Set(counts.values()).size).toBe(1);
      // Rejection stays under one half: as few bits are taken as the bound needs.
      expect(rejected).toBeLessThan(128);
    },
  );

  it.each([257, 300, 1000, 40000, 65535, 65536])('below(%i) is exactly uniform over two bytes', (bound) => {
    const counts = new Uint32Array(bound);
    for (let word = 0; word < 65_536; word += 1) {
      const probe = uniformDraws(scripted([word >> 8, word & 255, 0, 0, 255]));
      const value = probe.below(BigInt(bound));
      // After an accepted word the next two bytes are 0, after a rejected one the 0s were the draw and 255 follows.
      if (probe.below(65_536n) === 0n) counts[Number(value)] = counts[Number(value)]! + 1;
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });

  it('reaches every bit of a large bound', () => {
    const bound = 3n << 200n;
    const highest = uniformDraws(scripted([0b10, ...new Array<number>(25).fill(255)])).below(bound);
    expect(highest).toBe(bound - 1n);
  });

  it('asks for a new buffer when one is used up', () => {
    let fills = 0;
    const draws = uniformDraws({
      fill(target) {
        fills += 1;
        target.fill(fills);
      },
    });
    const values = Array.from({ length: 300 }, () => Number(draws.below(256n)));
    expect(fills).toBe(3);
    expect(values[0]).toBe(1);
    expect(values[299]).toBe(3);
  });

  it('flips with the stated probability', () => {
    for (const [numerator, denominator] of [
      [0, 1],
      [1, 1],
      [1, 2],
      [3, 8],
      [255, 256],
    ] as const) {
      let hits = 0;
      for (let byte = 0; byte < 256; byte += 1) {
        if (uniformDraws(scripted([byte])).flip(BigInt(numerator), BigInt(denominator))) hits += 1;
      }
      expect(hits / 256).toBe(numerator / denominator);
    }
  });
});

describe('Bernoulli(exp(-gamma)), every path enumerated', () => {
  it.each(['0', '0.001', '0.5', '1', '1.5', '2', '7.25'])('gamma = %s', (text) => {
    const gamma = parseDecimal(text)!;
    const { probabilities, undecided } = enumerateOutcomes(
      (draws) => sampleBernoulliExp(gamma, draws),
      1e-14,
    );
    expect(undecided).toBeLessThan(1e-10);
    expect(probabilities.get('true')).toBeCloseTo(Math.exp(-Number(text)), 9);
    expect(probabilities.get('false') ?? 0).toBeCloseTo(1 - Math.exp(-Number(text)), 9);
  });
});

describe('discrete Laplace, every path of one attempt enumerated', () => {
  it.each([
    [1n, 1n],
    [1n, 2n],
    [1n, 5n],
    [2n, 3n],
    [3n, 2n],
    [5n, 1n],
  ])('rate = %i/%i', (numerator, denominator) => {
    const rate = rational(numerator, denominator);
    const found = enumerateAccepted((draws) => attemptDiscreteLaplace(rate, draws), 1e-9);
    const a = Math.exp(-Number(numerator) / Number(denominator));
    expectDistribution(found, (x) => ((1 - a) / (1 + a)) * a ** Math.abs(x));
  });

  it('repeats the attempt until it is accepted', () => {
    // Below(1) takes no byte; K = 1 for e^-0; then e^-1 fails at once (flip of 1/1 needs none, 1/2: 1 -> false).
    const failsThenZero = [1, 0, /* negative zero: rejected */ 1, 1];
    expect(sampleDiscreteLaplace(rational(1n), uniformDraws(scripted(failsThenZero)))).toBe(0n);
  });
});

describe('truncated discrete Laplace, every path of one attempt enumerated', () => {
  it.each([
    [1n, 1n, 1],
    [1n, 1n, 4],
    [1n, 2n, 5],
    [3n, 1n, 2],
    [1n, 10n, 30],
  ])('rate = %i/%i, half-width %i', (numerator, denominator, halfWidth) => {
    const rate = rational(numerator, denominator);
    const found = enumerateAccepted((draws) => attemptTruncatedDiscreteLaplace(rate, halfWidth, draws), 1e-9);
    const weight = (x: number) => Math.exp((-Math.abs(x) * Number(numerator)) / Number(denominator));
    let total = 0;
    for (let x = -halfWidth; x <= halfWidth; x += 1) total += weight(x);
    expect(found.size).toBe(2 * halfWidth + 1);
    expectDistribution(found, (x) => weight(x) / total);
  });

  it('repeats the attempt until it is accepted', () => {
    // Half-width 1: two bits of 3 values; 2 -> x = 1. e^-1: flip(1,1) true, flip(1,2): 1 -> false, K = 2: rejected. 1 -> x = 0.
    expect(sampleTruncatedDiscreteLaplace(rational(1n), 1, uniformDraws(scripted([2, 1, 1])))).toBe(0n);
  });
});

describe('discrete Gaussian', () => {
  it('keeps each Laplace candidate so that the exponents add up to -x^2 / (2 sigma2) and a constant, exactly', () => {
    for (const [numerator, denominator] of [
      [1n, 3n],
      [1n, 1n],
      [9n, 4n],
      [5n, 1n],
      [12345n, 67n],
    ] as const) {
      const sigma2 = rational(numerator, denominator);
      const scale = integerSquareRoot(numerator / denominator) + 1n;
      const exponent = (x: bigint) => {
        const gamma = gaussianRejection(x, scale, sigma2);
        return addRationals(rational(x < 0n ? -x : x, scale), rational(gamma.numerator, gamma.denominator));
      };
      for (let x = -50n; x <= 50n; x += 1n) {
        const square = rational(x * x * denominator, 2n * numerator);
        expect(exponent(x)).toStrictEqual(addRationals(exponent(0n), square));
      }
    }
  });

  it('repeats the attempt until it is accepted', () => {
    // sigma2 = 1/4, so t = 1. A coin of 1/1 takes no byte; a byte of 0 says yes, another one no.
    const flips = [
      ...[0, 1], // Laplace: e^-1 holds (k = 3),
      ...[1, 1], // then fails (k = 2), positive sign: x = 1
      1, // e^-9/8: its whole part e^-1 fails, x = 1 is rejected
      ...[1, 1], // Laplace: e^-1 fails at once, positive sign: x = 0
      7, // e^-1/8: flip(1, 8) fails with k = 1, x = 0 is kept
    ];
    expect(sampleDiscreteGaussian(rational(1n, 4n), uniformDraws(scripted(flips)))).toBe(0n);
  });

  it('takes integer square roots from below', () => {
    for (let value = 0n; value < 300n; value += 1n) {
      const root = integerSquareRoot(value);
      expect(root * root <= value && value < (root + 1n) ** 2n).toBe(true);
    }
    expect(integerSquareRoot(10n ** 60n)).toBe(10n ** 30n);
    expect(integerSquareRoot(10n ** 60n - 1n)).toBe(10n ** 30n - 1n);
  });
});
