import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, normalSurvival } from '../../src/measurement/distributions.js';
import { erfc } from '../../src/measurement/special-functions.js';
import { relativeError } from './support/numbers.js';

// Computed with mpmath at 50 digits.
const ERFC: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.1, 0.8875370839817151016],
  [0.5, 0.47950012218695346232],
  [1, 0.15729920705028513066],
  [1.4999, 0.033906748337704729378],
  [1.5, 0.033894853524689272933],
  [2, 0.0046777349810472658379],
  [3.3, 3.0577097964381651988e-6],
  [5, 1.5374597944280348502e-12],
  [10, 2.088487583762544757e-45],
  [20, 5.3958656116079009289e-176],
  [26, 5.6631924088561428465e-296],
  [-0.7, 1.6778011938374184423],
  [-3, 1.9999779095030014146],
];

const NORMAL_QUANTILE: readonly (readonly [number, number])[] = [
  [0.5, 0],
  [0.4, -0.25334710313579974132],
  [0.1, -1.2815515655446004353],
  [0.025, -1.9599639845400542118],
  [0.005, -2.5758293035489007538],
  [0.001, -3.0902323061678135354],
  [1e-6, -4.7534243088228989573],
  [1e-15, -7.9413453261709967713],
  [1e-100, -21.273453560965324294],
  [1e-300, -37.047096299361199237],
  [0.975, 1.9599639845400538556],
  [0.9999, 3.7190164854557083867],
];

describe('the normal distribution', () => {
  it.each(ERFC)('erfc(%d) has 14 digits', (x, expected) => {
    expect(relativeError(erfc(x), expected)).toBeLessThan(1e-14);
  });

  it.each(NORMAL_QUANTILE)('quantile of %d has 14 digits', (p, expected) => {
    expect(relativeError(normalQuantile(p), expected)).toBeLessThan(1e-14);
  });

  it('keeps the upper tail, where 1 - cdf has no digits left', () => {
    expect(1 - normalCdf(10)).toBe(0);
    expect(relativeError(normalSurvival(10), 7.619853024160526066e-24)).toBeLessThan(1e-14);
  });

  it('inverts the distribution function over its whole range', () => {
    for (let x = -37; x <= 5; x += 0.37) {
      const tolerance = x < 0 ? 1e-13 : 1e-8;
      expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(tolerance);
    }
  });

  it('ends at the infinities', () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
  });
});
