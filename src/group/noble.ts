import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { VesicaError } from '../errors.js';
import type { Kernel } from './engine.js';
import { SKIP_GROUP, bigIntToScalar, scalarToBigInt } from './engine.js';
import { ELEMENT_BYTES, KEY_BYTES, SCALAR_BYTES, UNIFORM_BYTES, groupInput } from './suite.js';

/**
 * The reference kernel: @noble/curves, one element at a time. It runs everywhere and settles what the other engines
 * must answer. Big integers take a time that depends on their values, so it is not constant-time in the scalar.
 */

type Point = InstanceType<typeof ristretto255.Point>;
const { Point } = ristretto255;

/** The point that 32 bytes encode, the identity included (RFC 9496 §4.3.1), or `undefined`. */
function decode(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** Runs `work` with the `index`-th of the fixed-width records of `bytes`, and gathers its 32-byte answers. */
function mapRecords(
  bytes: Uint8Array,
  width: number,
  work: (record: Uint8Array, index: number) => Uint8Array,
): Uint8Array {
  const count = bytes.length / width;
  const output = new Uint8Array(count * ELEMENT_BYTES);
  for (let i = 0; i < count; i += 1) {
    output.set(work(bytes.subarray(i * width, (i + 1) * width), i), i * ELEMENT_BYTES);
  }
  return output;
}

/** `point * k` for any 0 <= k < l; the library itself refuses 0. */
function times(point: Point, k: bigint): Point {
  return k === 0n ? Point.ZERO : point.multiply(k);
}

export const nobleKernel: Kernel = {
  name: 'noble',
  variant: 'bigint',

  hashToGroup({ types, keys }, dst) {
    return mapRecords(keys, KEY_BYTES, (key, i) =>
      ristretto255_hasher.hashToCurve(groupInput(types[i] ?? 0, key), { DST: dst }).toBytes(),
    );
  },

  hashAndMultiply({ types, keys }, dst, scalar) {
    const k = scalarToBigInt(scalar);
    return mapRecords(keys, KEY_BYTES, (key, i) =>
      ristretto255_hasher
        .hashToCurve(groupInput(types[i] ?? 0, key), { DST: dst })
        .multiply(k)
        .toBytes(),
    );
  },

  mapToGroup(uniform) {
    return mapRecords(uniform, UNIFORM_BYTES, (bytes) => {
      const point = ristretto255_hasher.deriveToCurve?.(bytes);
      if (point === undefined) throw new VesicaError('internal/defect', 'the one-way map is missing');
      return point.toBytes();
    });
  },

  multiply(elements, scalar) {
    const k = scalarToBigInt(scalar);
    const validity = new Uint8Array(Math.ceil(elements.length / ELEMENT_BYTES / 8));
    const zeros = new Uint8Array(ELEMENT_BYTES);
    const products = mapRecords(elements, ELEMENT_BYTES, (element, i) => {
      const point = decode(element);
      if (point === undefined || point.equals(Point.ZERO)) return zeros;
      validity[i >> 3] = (validity[i >> 3] ?? 0) | (1 << (i & 7));
      return point.multiply(k).toBytes();
    });
    return { elements: products, validity };
  },

  multiplyBase(scalars) {
    return mapRecords(scalars, SCALAR_BYTES, (scalar) => times(Point.BASE, scalarToBigInt(scalar)).toBytes());
  },

  multiplyAdd(a, b, c) {
    const factor = scalarToBigInt(b);
    return mapRecords(a, SCALAR_BYTES, (scalar, i) => {
      const term = scalarToBigInt(c.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES));
      return bigIntToScalar(scalarToBigInt(scalar) * factor + term);
    });
  },

  sum(elements, width, groups, groupCount) {
    const sums = Array.from({ length: groupCount * width }, () => Point.ZERO);
    const validity = new Uint8Array(Math.ceil(groups.length / 8));
    groups.forEach((group, i) => {
      const row = group === SKIP_GROUP ? [] : decodeRow(elements.subarray(i * width * ELEMENT_BYTES), width);
      if (row === undefined) return;
      validity[i >> 3] = (validity[i >> 3] ?? 0) | (1 << (i & 7));
      row.forEach((point, column) => {
        const place = group * width + column;
        sums[place] = (sums[place] ?? Point.ZERO).add(point);
      });
    });
    const output = new Uint8Array(sums.length * ELEMENT_BYTES);
    sums.forEach((point, i) => output.set(point.toBytes(), i * ELEMENT_BYTES));
    return { sums: output, validity };
  },

  walk(start, step, count) {
    let point = decode(start);
    const stride = decode(step);
    if (point === undefined || stride === undefined) {
      throw new VesicaError('group/invalid-batch', 'a walk needs two canonical elements');
    }
    const output = new Uint8Array(count * ELEMENT_BYTES);
    for (let i = 0; i < count; i += 1) {
      output.set(point.toBytes(), i * ELEMENT_BYTES);
      point = point.add(stride);
    }
    return output;
  },
};

/** The first `width` elements of `bytes`, or `undefined` when one of them is a bad encoding. */
function decodeRow(bytes: Uint8Array, width: number): Point[] | undefined {
  const row: Point[] = [];
  for (let column = 0; column < width; column += 1) {
    const point = decode(bytes.subarray(column * ELEMENT_BYTES, (column + 1) * ELEMENT_BYTES));
    if (point === undefined) return undefined;
    row.push(point);
  }
  return row;
}
