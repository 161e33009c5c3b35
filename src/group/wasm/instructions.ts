/**
 * The WebAssembly instructions the generator uses, as typed expressions.
 *
 * An expression is the byte code that leaves one value on the stack. Instructions take and return expressions, so the
 * TypeScript compiler refuses an i32 where a vector is wanted. Opcodes: WebAssembly core specification 2.0, section 5.4.
 */

export type ValueType = 'i32' | 'i64' | 'v128';

/**
 * Byte code as a tree of pieces: expressions share their operands' code instead of copying it, and the bytes are laid out
 * once, when a statement is emitted. Copying at every step made generation ten times slower.
 */
export type Code = readonly (number | Code)[];

export interface Expr<T extends ValueType> {
  readonly type: T;
  readonly code: Code;
}

export type I32 = Expr<'i32'>;
export type I64 = Expr<'i64'>;
export type V128 = Expr<'v128'>;

/** A place in linear memory: a computed base and a constant offset, which loads and stores add for nothing. */
export interface Address {
  readonly base: I32;
  readonly offset: number;
}

/** Unsigned LEB128, section 5.2.2. */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Signed LEB128, section 5.2.2. Small values, nearly all of them, take the short way. */
export function signedLeb(value: bigint | number): number[] {
  if (value >= -64 && value < 64) return [Number(value) & 0x7f];
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

type Unary<A extends ValueType, R extends ValueType> = (a: Expr<A>) => Expr<R>;
type Binary<A extends ValueType, B extends ValueType, R extends ValueType> = (
  a: Expr<A>,
  b: Expr<B>,
) => Expr<R>;
type Load<R extends ValueType> = (address: Address) => Expr<R>;

/** Opcodes above 0xff are vector instructions: prefix 0xfd, then the number written here without its 0xfd00. */
const VECTOR = 0xfd00;

function opcodeBytes(opcode: number): number[] {
  return opcode >= VECTOR ? [0xfd, ...unsignedLeb(opcode - VECTOR)] : [opcode];
}

function unary<A extends ValueType, R extends ValueType>(type: R, opcode: number): Unary<A, R> {
  const bytes = opcodeBytes(opcode);
  return (a) => ({ type, code: [a.code, bytes] });
}

function binary<A extends ValueType, B extends ValueType, R extends ValueType>(
  type: R,
  opcode: number,
): Binary<A, B, R> {
  const bytes = opcodeBytes(opcode);
  return (a, b) => ({ type, code: [a.code, b.code, bytes] });
}

/** Alignment is only a hint (section 4.4.7); zero is always valid and no engine slows down for it. */
function memoryArgument(address: Address): number[] {
  return [0, ...unsignedLeb(address.offset)];
}

function load<R extends ValueType>(type: R, opcode: number): Load<R> {
  const bytes = opcodeBytes(opcode);
  return (address) => ({ type, code: [address.base.code, bytes, memoryArgument(address)] });
}

/** A store leaves nothing on the stack: it is a statement, given to FunctionBuilder.emit. */
export type Statement = Code;

function store<A extends ValueType>(opcode: number): (address: Address, value: Expr<A>) => Statement {
  const bytes = opcodeBytes(opcode);
  return (address, value) => [address.base.code, value.code, bytes, memoryArgument(address)];
}

export const i32 = {
  constant: (value: number): I32 => ({ type: 'i32', code: [0x41, ...signedLeb(value | 0)] }),
  load: load('i32', 0x28),
  load8: load('i32', 0x2d),
  store: store<'i32'>(0x36),
  isZero: unary<'i32', 'i32'>('i32', 0x45),
  lessUnsigned: binary<'i32', 'i32', 'i32'>('i32', 0x49),
  add: binary<'i32', 'i32', 'i32'>('i32', 0x6a),
  sub: binary<'i32', 'i32', 'i32'>('i32', 0x6b),
  mul: binary<'i32', 'i32', 'i32'>('i32', 0x6c),
  and: binary<'i32', 'i32', 'i32'>('i32', 0x71),
  xor: binary<'i32', 'i32', 'i32'>('i32', 0x73),
  shl: binary<'i32', 'i32', 'i32'>('i32', 0x74),
  shrUnsigned: binary<'i32', 'i32', 'i32'>('i32', 0x76),
  wrap: unary<'i64', 'i32'>('i32', 0xa7),
} as const;

export const i64 = {
  constant: (value: bigint): I64 => ({ type: 'i64', code: [0x42, ...signedLeb(BigInt.asIntN(64, value))] }),
  load: load('i64', 0x29),
  load32Unsigned: load('i64', 0x35),
  store: store<'i64'>(0x37),
  store32: store<'i64'>(0x3e),
  add: binary<'i64', 'i64', 'i64'>('i64', 0x7c),
  sub: binary<'i64', 'i64', 'i64'>('i64', 0x7d),
  mul: binary<'i64', 'i64', 'i64'>('i64', 0x7e),
  and: binary<'i64', 'i64', 'i64'>('i64', 0x83),
  or: binary<'i64', 'i64', 'i64'>('i64', 0x84),
  xor: binary<'i64', 'i64', 'i64'>('i64', 0x85),
  shl: binary<'i64', 'i64', 'i64'>('i64', 0x86),
  shrSigned: binary<'i64', 'i64', 'i64'>('i64', 0x87),
  shrUnsigned: binary<'i64', 'i64', 'i64'>('i64', 0x88),
  rotateRight: binary<'i64', 'i64', 'i64'>('i64', 0x8a),
} as const;

/** i8x16.shuffle of one or two vectors, given as sixteen byte indices (0..31). */
function shuffle(a: V128, b: V128, lanes: readonly number[]): V128 {
  return { type: 'v128', code: [a.code, b.code, opcodeBytes(VECTOR + 0x0d), lanes] };
}

export const v128 = {
  constant: (bytes: Uint8Array): V128 => ({ type: 'v128', code: [...opcodeBytes(VECTOR + 0x0c), ...bytes] }),
  load: load('v128', VECTOR + 0x00),
  loadSplat32: load('v128', VECTOR + 0x09),
  store: store<'v128'>(VECTOR + 0x0b),
  shuffle,
  swizzle: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x0e),
  not: unary<'v128', 'v128'>('v128', VECTOR + 0x4d),
  and: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x4e),
  andNot: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x4f),
  or: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x50),
  xor: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x51),
  /** The bits of a where the mask has ones, those of b where it has zeros. */
  bitselect: (a: V128, b: V128, mask: V128): V128 => ({
    type: 'v128',
    code: [a.code, b.code, mask.code, opcodeBytes(VECTOR + 0x52)],
  }),
} as const;

export const i16x8 = {
  /** The constant whose every 32-bit lane holds the pair (even, odd). */
  pairConstant: (even: number, odd: number): V128 => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    for (let lane = 0; lane < 4; lane += 1) {
      view.setInt16(4 * lane, even, true);
      view.setInt16(4 * lane + 2, odd, true);
    }
    return v128.constant(bytes);
  },
  add: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x8e),
  sub: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x91),
  mul: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x95),
  shrSigned: binary<'v128', 'i32', 'v128'>('v128', VECTOR + 0x8c),
} as const;

export const i32x4 = {
  splat: unary<'i32', 'v128'>('v128', VECTOR + 0x11),
  constant: (value: number): V128 => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    for (let lane = 0; lane < 4; lane += 1) view.setInt32(4 * lane, value, true);
    return v128.constant(bytes);
  },
  lane: (a: V128, lane: number): I32 => ({ type: 'i32', code: [a.code, opcodeBytes(VECTOR + 0x1b), lane] }),
  withLane: (a: V128, lane: number, value: I32): V128 => ({
    type: 'v128',
    code: [a.code, value.code, opcodeBytes(VECTOR + 0x1c), lane],
  }),
  equal: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0x37),
  shl: binary<'v128', 'i32', 'v128'>('v128', VECTOR + 0xab),
  shrSigned: binary<'v128', 'i32', 'v128'>('v128', VECTOR + 0xac),
  shrUnsigned: binary<'v128', 'i32', 'v128'>('v128', VECTOR + 0xad),
  add: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0xae),
  sub: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0xb1),
  mul: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0xb5),
  dot: binary<'v128', 'v128', 'v128'>('v128', VECTOR + 0xba),
} as const;

export const i64x2 = {
  lane: (a: V128, lane: number): I64 => ({ type: 'i64', code: [a.code, opcodeBytes(VECTOR + 0x1d), lane] }),
} as const;
