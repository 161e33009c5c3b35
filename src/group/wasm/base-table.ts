/**
 * The table behind multiplyBase: m 256^j B for m = 1..8 and j = 0..31, as ((y + x)/2, (y - x)/2, d x y). It is public and
 * computed once per thread with big integers, a few milliseconds at the first use, instead of 30 kB of source.
 */
import { balancedLimbs, D, mod, P, pairWords, power, SQRT_M1 } from './field.js';
import { BASE_ENTRY_BYTES, BASE_MULTIPLES, BASE_POSITIONS } from './layout.js';

interface BigPoint {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly t: bigint;
}

/** The base point of RFC 9496 section 4.1 (that of edwards25519, RFC 8032 section 5.1): y = 4/5, x even. */
function basePoint(): BigPoint {
  const y = mod(4n * power(5n, P - 2n));
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  const candidate = power(square, (P + 3n) / 8n);
  const root = mod(candidate * candidate - square) === 0n ? candidate : mod(candidate * SQRT_M1);
  const x = (root & 1n) === 0n ? root : P - root;
  return { x, y, z: 1n, t: mod(x * y) };
}

/** add-2008-hwcd-3, complete, so it also doubles. */
function add(a: BigPoint, b: BigPoint): BigPoint {
  const [m, n] = [mod((a.y - a.x) * (b.y - b.x)), mod((a.y + a.x) * (b.y + b.x))];
  const [c, d] = [mod(2n * D * a.t * b.t), 2n * a.z * b.z];
  const [e, f, g, h] = [n - m, d - c, d + c, n + m];
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

/** The affine points of the table, position after position: all Z are inverted together (Montgomery's trick). */
function affineMultiples(): { x: bigint; y: bigint }[] {
  const points: BigPoint[] = [];
  let unit = basePoint();
  for (let position = 0; position < BASE_POSITIONS; position += 1) {
    let multiple = unit;
    for (let m = 1; m <= BASE_MULTIPLES; m += 1) {
      points.push(multiple);
      multiple = add(multiple, unit);
    }
    for (let doubling = 0; doubling < 8; doubling += 1) unit = add(unit, unit);
  }
  const products: bigint[] = [];
  let product = 1n;
  for (const { z } of points) {
    products.push(product);
    product = mod(product * z);
  }
  let inverse = power(product, P - 2n);
  const affine: { x: bigint; y: bigint }[] = [];
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const [point, before] = [points[index], products[index]];
    if (point === undefined || before === undefined) throw new RangeError('missing point');
    const inverseZ = mod(inverse * before);
    inverse = mod(inverse * point.z);
    affine[index] = { x: mod(point.x * inverseZ), y: mod(point.y * inverseZ) };
  }
  return affine;
}

/** The table as it stands in memory: little-endian pairs of limbs. */
export function baseTable(): Uint8Array {
  const half = (P + 1n) / 2n;
  const bytes = new Uint8Array(BASE_POSITIONS * BASE_MULTIPLES * BASE_ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { x, y } of affineMultiples()) {
    for (const value of [(y + x) * half, (y - x) * half, D * x * y]) {
      for (const pair of pairWords(balancedLimbs(value))) {
        view.setInt32(offset, pair, true);
        offset += 4;
      }
    }
  }
  return bytes;
}
