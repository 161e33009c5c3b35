import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chiSquareSurvival,
  studentSurvival,
  studentUpperQuantile,
} from '../../src/measurement/distributions.js';
import { findRoot } from '../../src/measurement/root-finding.js';
import { relativeError } from './support/numbers.js';

type Case = readonly [x: number, degreesOfFreedom: number, expected: number];

// Computed with mpmath at 50 digits.
const STUDENT_SURVIVAL: readonly Case[] = [
  [0.5, 1, 0.352416382349566726],
  [2, 1, 0.147583617650433274],
  [12.7, 1, 0.02501216384467208],
  [1, 2.5, 0.202030513639136733],
  [2, 5, 0.0509697394149291781],
  [1.96, 30, 0.0296711564480252382],
  [3, 40, 0.00231506989207806888],
  [2, 97, 0.0241482159875407385],
  [5.3, 36671.15797736051, 5.82354668718054997e-8],
  [6, 100_000, 9.89964727800881279e-10],
  [40, 10, 1.14042887154287732e-12],
  [0.001, 7, 0.499615008622499422],
  [2, 1_000_000, 0.0227502669256596042],
];

const STUDENT_QUANTILE: readonly Case[] = [
  [0.1, 40, 1.30307705260719461],
  [0.025, 40, 2.0210753903062734],
  [0.1, 97, 1.29034020238375351],
  [0.025, 97, 1.98472318601398466],
  [0.025, 1, 12.7062047361747039],
  [0.025, 1.5, 6.01666310442793169],
  [0.025, 36671.15797736051, 1.96002867702130803],
  [0.0005, 3, 12.923978636687483],
  [1e-10, 12, 19.3915461790477332],
  [0.4, 9, 0.260955336473910952],
];

const CHI_SQUARE_SURVIVAL: readonly Case[] = [
  [0.5, 1, 0.479500122186953462],
  [3.84, 1, 0.0500435212487051032],
  [7, 2, 0.0301973834223185007],
  [0.01, 3, 0.99973483494134439],
  [20, 6, 0.00276939571551157594],
  [100, 6, 2.50930355220105704e-19],
  [1, 6, 0.985612322033029313],
  [95, 100, 0.622579291878173528],
  [20_000, 20_000, 0.4986701916600448],
  [300, 3, 9.94875834632770887e-65],
];

describe('Student t and chi-square', () => {
  it.each(STUDENT_SURVIVAL)('t above %d with %d degrees of freedom', (t, degreesOfFreedom, expected) => {
    expect(relativeError(studentSurvival(t, degreesOfFreedom), expected)).toBeLessThan(3e-14);
  });

  it.each(STUDENT_QUANTILE)(
    't exceeded with probability %d, %d degrees of freedom',
    (p, degreesOfFreedom, expected) => {
      expect(relativeError(studentUpperQuantile(p, degreesOfFreedom), expected)).toBeLessThan(3e-14);
    },
  );

  it.each(CHI_SQUARE_SURVIVAL)(
    'chi-square above %d with %d degrees of freedom',
    (x, degreesOfFreedom, expected) => {
      expect(relativeError(chiSquareSurvival(x, degreesOfFreedom), expected)).toBeLessThan(3e-14);
    },
  );

  it('t is symmetric, and normal at infinitely many degrees of freedom', () => {
    expect(studentSurvival(-1.3, 7)).toBeCloseTo(1 - studentSurvival(1.3, 7), 15);
    expect(studentSurvival(0, 7)).toBe(0.5);
    expect(studentUpperQuantile(0.5, 7)).toBe(0);
    expect(studentUpperQuantile(0.975, 7)).toBe(-studentUpperQuantile(1 - 0.975, 7));
    expect(studentUpperQuantile(0.025, Infinity)).toBeCloseTo(1.959963984540054, 14);
    expect(studentSurvival(1e200, 4)).toBe(0);
    expect(
      relativeError(studentUpperQuantile(0.025, 9e8), studentUpperQuantile(0.025, Infinity)),
    ).toBeLessThan(1e-8);
  });

  it('quantile and survival are inverse to each other', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 0.5, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (p, degreesOfFreedom) => {
          const back = studentSurvival(studentUpperQuantile(p, degreesOfFreedom), degreesOfFreedom);
          expect(relativeError(back, p)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('findRoot', () => {
  it('finds roots of steep and flat functions to the last digits', () => {
    expect(findRoot((x) => x * x - 2, { lower: 0, upper: 1000 })).toBeCloseTo(Math.SQRT2, 14);
    expect(findRoot((x) => Math.exp(x) - 1e-300, { lower: -800, upper: 0 })).toBeCloseTo(
      Math.log(1e-300),
      10,
    );
    expect(findRoot((x) => (x - 0.3) ** 9, { lower: -1, upper: 5 })).toBeCloseTo(0.3, 1);
    expect(findRoot((x) => x, { lower: -3, upper: 3 })).toBe(0);
  });

  it('gives the nearer end when there is no root', () => {
    expect(findRoot((x) => x + 1, { lower: 0, upper: 5 })).toBe(0);
    expect(findRoot((x) => x - 9, { lower: 0, upper: 5 })).toBe(5);
  });
});
