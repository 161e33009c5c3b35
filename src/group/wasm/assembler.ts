/**
 * A WebAssembly module written byte by byte: the sections of the binary format (core specification 2.0, section 5.5)
 * and a builder for function bodies.
 *
 * Why not AssemblyScript or wabt: the generator emits straight-line code from loops over limbs, so a source language
 * in the middle adds nothing, and a 94 MB compiler would become a build dependency of a security library.
 */
import {
  i32,
  signedLeb,
  unsignedLeb,
  type Code,
  type Expr,
  type I32,
  type Statement,
  type ValueType,
} from './instructions.js';

const TYPE_CODES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };

/** Bytes written one after another. */
class ByteWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  write(code: Code): void {
    for (const piece of code) {
      if (typeof piece !== 'number') {
        this.write(piece);
        continue;
      }
      if (this.#length === this.#bytes.length) this.#grow(1);
      this.#bytes[this.#length++] = piece;
    }
  }

  writeBytes(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(2 * (this.#bytes.length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** A local variable or parameter of the function being built. */
export interface Local<T extends ValueType> {
  readonly index: number;
  readonly get: Expr<T>;
}

export interface FunctionReference {
  readonly index: number;
  readonly parameters: number;
}

/** Builds one function body: parameters are all i32 (addresses and counts), and there is no result. */
export class FunctionBuilder {
  readonly #locals: ValueType[] = [];
  readonly #code = new ByteWriter();
  readonly #parameters: readonly Local<'i32'>[];

  constructor(parameterCount: number) {
    this.#parameters = Array.from({ length: parameterCount }, (_, index) => localAt('i32', index));
  }

  parameter(index: number): I32 {
    const parameter = this.#parameters[index];
    if (parameter === undefined) throw new RangeError(`function has no parameter ${String(index)}`);
    return parameter.get;
  }

  local<T extends ValueType>(type: T): Local<T> {
    this.#locals.push(type);
    return localAt(type, this.#parameters.length + this.#locals.length - 1);
  }

  set<T extends ValueType>(local: Local<T>, value: Expr<T>): void {
    this.emit([value.code, 0x21, unsignedLeb(local.index)]);
  }

  /** A fresh local that holds the value: names a result used more than once. */
  keep<T extends ValueType>(value: Expr<T>): Expr<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local.get;
  }

  emit(statement: Statement): void {
    this.#code.write(statement);
  }

  call(target: FunctionReference, ...values: readonly I32[]): void {
    if (values.length !== target.parameters) throw new RangeError('wrong number of arguments in a call');
    for (const value of values) this.emit(value.code);
    this.emit([0x10, ...unsignedLeb(target.index)]);
  }

  /** Runs the body count times (count may be zero): counts are batch sizes and constants, never secrets. */
  repeat(count: I32, body: (index: Local<'i32'>) => void): void {
    const index = this.local('i32');
    this.set(index, i32.constant(0));
    this.emit([0x02, 0x40, 0x03, 0x40]); // block, loop: leaving the block is branch 1, repeating the loop is branch 0
    this.emit([i32.isZero(i32.lessUnsigned(index.get, count)).code, 0x0d, 1]);
    body(index);
    this.set(index, i32.add(index.get, i32.constant(1)));
    this.emit([0x0c, 0, 0x0b, 0x0b]);
  }

  /** The body as it stands in the code section, with its size and local declarations. */
  finish(): Uint8Array {
    const groups: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.type === type) last.count += 1;
      else groups.push({ type, count: 1 });
    }
    const declarations = groups.flatMap(({ type, count }) => [...unsignedLeb(count), TYPE_CODES[type]]);
    const body = new ByteWriter();
    body.write([unsignedLeb(groups.length), declarations]);
    body.writeBytes(this.#code.bytes());
    body.write([0x0b]);
    return body.bytes();
  }
}

function localAt<T extends ValueType>(type: T, index: number): Local<T> {
  return { index, get: { type, code: [0x20, ...unsignedLeb(index)] } };
}

interface DefinedFunction {
  readonly parameters: number;
  readonly body: Uint8Array;
  readonly exportName: string | undefined;
}

export class ModuleBuilder {
  readonly #functions: DefinedFunction[] = [];
  readonly #data: { address: number; bytes: Uint8Array }[] = [];
  #temporary: number;

  /** Temporary memory for the routines of this module lies between the two addresses. */
  constructor(
    temporaryStart: number,
    private readonly temporaryEnd: number,
  ) {
    this.#temporary = temporaryStart;
  }

  /** Memory that belongs to one routine of the module: nothing in it outlives a call. */
  temporary(bytes: number): number {
    const address = this.#temporary;
    this.#temporary += Math.ceil(bytes / 16) * 16;
    if (this.#temporary > this.temporaryEnd) throw new RangeError('temporary memory is full');
    return address;
  }

  /** Defines a function of i32 parameters; exported under the name when one is given. */
  define(parameters: number, write: (fn: FunctionBuilder) => void, exportName?: string): FunctionReference {
    const fn = new FunctionBuilder(parameters);
    write(fn);
    this.#functions.push({ parameters, body: fn.finish(), exportName });
    return { index: this.#functions.length - 1, parameters };
  }

  /** Bytes that stand in memory when the module starts: the constants. */
  data(address: number, bytes: Uint8Array): void {
    this.#data.push({ address, bytes });
  }

  /** The module, with one exported memory of a fixed number of 64 kB pages. */
  finish(pages: number): Uint8Array<ArrayBuffer> {
    const most = Math.max(0, ...this.#functions.map((fn) => fn.parameters));
    const types = Array.from({ length: most + 1 }, (_, n) => [
      0x60,
      n,
      new Array<number>(n).fill(TYPE_CODES.i32),
      0,
    ]);
    const exports = this.#functions.flatMap((fn, index) =>
      fn.exportName === undefined ? [] : [[text(fn.exportName), 0x00, unsignedLeb(index)]],
    );
    const size = unsignedLeb(pages);
    const writer = new ByteWriter();
    writer.write([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    writeSection(writer, 1, types);
    writeSection(
      writer,
      3,
      this.#functions.map((fn) => unsignedLeb(fn.parameters)),
    );
    writeSection(writer, 5, [[0x01, size, size]]);
    writeSection(writer, 7, [[text('memory'), 0x02, 0x00], ...exports]);
    writeSection(
      writer,
      10,
      this.#functions.map(({ body }) => sized([], body)),
    );
    const data = this.#data.map(({ address, bytes }) => sized([0x00, 0x41, signedLeb(address), 0x0b], bytes));
    writeSection(writer, 11, data);
    return writer.bytes();
  }
}

/** Some code, then a byte count and that many bytes. */
function sized(head: Code, bytes: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  writer.write([head, unsignedLeb(bytes.length)]);
  writer.writeBytes(bytes);
  return writer.bytes();
}

function writeSection(writer: ByteWriter, id: number, entries: readonly (Code | Uint8Array)[]): void {
  const content = new ByteWriter();
  content.write(unsignedLeb(entries.length));
  for (const entry of entries) {
    if (entry instanceof Uint8Array) content.writeBytes(entry);
    else content.write(entry);
  }
  writer.write([id]);
  writer.writeBytes(sized([], content.bytes()));
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsignedLeb(bytes.length), ...bytes];
}
