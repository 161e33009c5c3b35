/** Field constants of RFC 9496 section 4.1 in the engine's form, four equal lanes each, for the module's data segment. */
import {
  balancedLimbs,
  D,
  ELEMENT_BYTES,
  fixed,
  HALF_RADIX,
  LANES,
  mod,
  P,
  pairWords,
  power,
  SQRT_M1,
} from './field.js';
import type { Slot } from './field-code.js';
import { FIELD_CONSTANTS } from './layout.js';

export interface FieldConstant extends Slot {
  readonly bytes: Uint8Array;
}

function spread(value: bigint): Uint8Array {
  const bytes = new Uint8Array(ELEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  pairWords(balancedLimbs(value)).forEach((pair, j) => {
    for (let lane = 0; lane < LANES; lane += 1) view.setInt32(4 * (LANES * j + lane), pair, true);
  });
  return bytes;
}

function constant(value: bigint): FieldConstant {
  return { address: fixed(FIELD_CONSTANTS.take(ELEMENT_BYTES)), limit: HALF_RADIX, bytes: spread(value) };
}

/** The even square root, as RFC 9496 writes its constants; the value must be a square. */
function evenRoot(value: bigint): bigint {
  const candidate = power(value, (P + 3n) / 8n);
  const root = mod(candidate * candidate - value) === 0n ? candidate : mod(candidate * SQRT_M1);
  if (mod(root * root - value) !== 0n) throw new RangeError('not a square');
  return (root & 1n) === 0n ? root : P - root;
}

/** The root listed in RFC 9496 is the odd one: the signs of this constant and of encodings go together. */
const SQRT_AD_MINUS_ONE = P - evenRoot(mod(-D - 1n));

export const CONSTANTS = {
  zero: constant(0n),
  one: constant(1n),
  two: constant(2n),
  half: constant((P + 1n) / 2n),
  d: constant(D),
  minusD: constant(P - D),
  twiceD: constant(2n * D),
  sqrtM1: constant(SQRT_M1),
  oneMinusDSquared: constant(1n - D * D),
  dMinusOneSquared: constant((D - 1n) ** 2n),
  sqrtAdMinusOne: constant(SQRT_AD_MINUS_ONE),
  invSqrtAMinusD: constant(evenRoot(power(mod(-1n - D), P - 2n))),
} as const;
