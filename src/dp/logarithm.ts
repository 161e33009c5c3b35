import type { FixedBounds } from './exponential.js';
import { bitLength, divideUp, type Rational } from './rational.js';

/**
 * `lower <= ln(value) * 2^bits <= upper`, a few units apart, for a positive value; negative below 1. The value is split
 * into a power of two and a factor m in (1/2, 2), and ln m = 2 artanh((m - 1) / (m + 1)).
 */
export function logarithmBounds(value: Rational, bits: number): FixedBounds {
  const guard = 16;
  const scale = bits + guard;
  const exponent = bitLength(value.numerator) - bitLength(value.denominator);
  const numerator = exponent < 0 ? value.numerator << BigInt(-exponent) : value.numerator;
  const denominator = exponent > 0 ? value.denominator << BigInt(exponent) : value.denominator;
  const twice = scaled(artanhBounds(numerator - denominator, numerator + denominator, scale), 2n);
  const powers = scaled(artanhBounds(1n, 3n, scale), 2n * BigInt(exponent));
  const shift = BigInt(guard);
  return { lower: (twice.lower + powers.lower) >> shift, upper: -(-(twice.upper + powers.upper) >> shift) };
}

/** artanh(numerator / denominator) in units of 2^-scale, for a quotient in [-1/3, 1/3]: z + z^3/3 + z^5/5 + ... */
function artanhBounds(numerator: bigint, denominator: bigint, scale: number): FixedBounds {
  if (numerator < 0n) {
    const { lower, upper } = artanhBounds(-numerator, denominator, scale);
    return { lower: -upper, upper: -lower };
  }
  const squareNumerator = numerator * numerator;
  const squareDenominator = denominator * denominator;
  const start = numerator << BigInt(scale);
  let power = { lower: start / denominator, upper: divideUp(start, denominator) };
  let lower = 0n;
  let upper = 0n;
  for (let i = 1n; ; i += 2n) {
    lower += power.lower / i;
    upper += divideUp(power.upper, i);
    power = {
      lower: (power.lower * squareNumerator) / squareDenominator,
      upper: divideUp(power.upper * squareNumerator, squareDenominator),
    };
    // What is left is below power * (1 + 1/9 + 1/81 + ...) = power * 9/8, and power is at most 1 unit here.
    if (power.upper <= 1n) return { lower, upper: upper + 2n };
  }
}

/** `bounds` times an integer of either sign. */
function scaled({ lower, upper }: FixedBounds, factor: bigint): FixedBounds {
  return factor < 0n
    ? { lower: upper * factor, upper: lower * factor }
    : { lower: lower * factor, upper: upper * factor };
}
