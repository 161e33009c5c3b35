/** Puts the module together: routines from the field up, then the exported stages that the kernel runs over a chunk. */
import { ModuleBuilder, type FunctionReference } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { defineDecode } from './decode.js';
import { defineOneWayMap } from './elligator.js';
import { defineEncode } from './encode.js';
import { defineEncodeDoubles } from './encode-doubles.js';
import { defineExpand } from './expand.js';
import { work, type FieldRoutines } from './field-code.js';
import { writeFreeze } from './field-freeze.js';
import { PRODUCT_SCRATCH_BYTES, writeMultiply } from './field-multiply.js';
import { defineRoots } from './field-roots.js';
import { writeSquare } from './field-square.js';
import { defineFixedBase } from './fixed-base.js';
import { defineAddLanes, defineWalk } from './lanes.js';
import { INITIAL_STATE, PAGES, ROUND_CONSTANTS, TEMPORARY, TEMPORARY_END } from './layout.js';
import { definePoints } from './points.js';
import { defineMultiplyAdd } from './scalar-arithmetic.js';
import { defineDigits } from './scalar-digits.js';
import { defineCompress, initialState, roundConstants } from './sha512.js';
import { defineWindowMultiply } from './window.js';

/** The three field routines that everything else calls. */
export function defineField(
  module: ModuleBuilder,
  names: Partial<Record<'multiply' | 'square' | 'freeze', string>> = {},
): FieldRoutines {
  const scratch = module.temporary(PRODUCT_SCRATCH_BYTES);
  const frozen = work(module).address;
  return {
    multiply: module.define(
      3,
      (fn) => {
        writeMultiply(fn, scratch);
      },
      names.multiply,
    ),
    square: module.define(
      2,
      (fn) => {
        writeSquare(fn, scratch);
      },
      names.square,
    ),
    freeze: module.define(
      1,
      (fn) => {
        writeFreeze(fn, frozen);
      },
      names.freeze,
    ),
    frozen,
  };
}

/** The bytes of the engine's module: the same on every machine and at every call. */
export function buildModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(TEMPORARY, TEMPORARY_END);
  const field = defineField(module);
  const roots = defineRoots(module, field);
  const points = definePoints(module, field);
  defineDecode(module, roots);
  defineOneWayMap(module, roots, points);
  const digits = defineDigits(module);
  defineWindowMultiply(module, field, points, digits);
  defineFixedBase(module, field, points, digits);
  defineEncode(module, roots);
  defineEncodeDoubles(module, roots);
  const compress: FunctionReference = defineCompress(module);
  defineExpand(module, compress);
  defineMultiplyAdd(module);
  defineAddLanes(module, field, points);
  defineWalk(module, field, points);
  for (const { address, bytes } of Object.values(CONSTANTS)) module.data(address.offset, bytes);
  module.data(ROUND_CONSTANTS, roundConstants());
  module.data(INITIAL_STATE, initialState());
  return module.finish(PAGES);
}

/** The exported stages; each works on a chunk in memory (see layout.ts). */
export interface Stages {
  decode(vectors: number, identityMask: number): void;
  map(vectors: number): void;
  multiply(vectors: number): void;
  multiplyBase(vectors: number): void;
  encode(vectors: number): void;
  encodeDoubles(vectors: number): void;
  expand(count: number): void;
  recode(): void;
  multiplyAdd(count: number): void;
  addLanes(count: number): void;
  walk(vectors: number): void;
}
