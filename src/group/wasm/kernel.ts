/**
 * The batch operations over the module's memory: input copied in a chunk at a time, stages run over it, output copied out.
 * Memory is bounded whatever the batch size. Every operation wipes the working memory when it ends, also when it throws.
 */
import type { Kernel, MultiplyResult, SumResult } from '../engine.js';
import type { KeyBatch } from '../suite.js';
import { baseTable } from './base-table.js';
import { LABELS, writeTemplates } from './expand.js';
import { instantiate, laneIsValid, type EngineInstance } from './instance.js';
import { BASE_TABLE, CHUNK, INPUT, OUTPUT, SECOND_INPUT, SHARED_SCALAR, TYPE_CODES } from './layout.js';
import { sumByGroup } from './sum.js';
import { startWalk } from './walk.js';

const ITEM = 32;

/** A part of a batch: items first to first + count, which take `vectors` vectors of four lanes. */
interface Chunk {
  readonly first: number;
  readonly count: number;
  readonly vectors: number;
}

function* chunks(total: number): Generator<Chunk> {
  for (let first = 0; first < total; first += CHUNK) {
    const count = Math.min(CHUNK, total - first);
    yield { first, count, vectors: Math.ceil(count / 4) };
  }
}

export class WasmKernel implements Kernel {
  readonly name = 'wasm';
  readonly variant = 'simd128';
  readonly #engine: EngineInstance = instantiate();
  #hasBaseTable = false;

  hashToGroup(batch: KeyBatch, dst: Uint8Array): Uint8Array {
    return this.#wiping(({ stages }) => {
      const output = new Uint8Array(batch.types.length * ITEM);
      for (const chunk of this.#hashedChunks(batch, dst)) {
        stages.encode(chunk.vectors);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  hashAndMultiply(batch: KeyBatch, dst: Uint8Array, scalar: Uint8Array): Uint8Array {
    return this.#wiping(({ stages }) => {
      this.#setScalar(scalar);
      stages.recode();
      const output = new Uint8Array(batch.types.length * ITEM);
      for (const chunk of this.#hashedChunks(batch, dst)) {
        stages.multiply(chunk.vectors);
        stages.encodeDoubles(chunk.vectors);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  mapToGroup(uniform: Uint8Array): Uint8Array {
    return this.#wiping(({ stages }) => {
      const output = new Uint8Array(uniform.length / 2);
      for (const chunk of chunks(output.length / ITEM)) {
        this.#write(INPUT, uniform, 2 * ITEM, chunk);
        stages.map(chunk.vectors);
        stages.encode(chunk.vectors);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  multiply(elements: Uint8Array, scalar: Uint8Array): MultiplyResult {
    return this.#wiping(({ stages, memory }) => {
      this.#setScalar(scalar);
      stages.recode();
      const count = elements.length / ITEM;
      const output = new Uint8Array(elements.length);
      const validity = new Uint8Array(Math.ceil(count / 8));
      for (const chunk of chunks(count)) {
        this.#write(INPUT, elements, ITEM, chunk);
        stages.decode(chunk.vectors, 0);
        stages.multiply(chunk.vectors);
        stages.encodeDoubles(chunk.vectors);
        this.#readOutput(output, chunk);
        for (let i = 0; i < chunk.count; i += 1) {
          const item = chunk.first + i;
          if (laneIsValid(memory, i)) validity[item >> 3] = (validity[item >> 3] ?? 0) | (1 << (item & 7));
        }
      }
      return { elements: output, validity };
    });
  }

  multiplyBase(scalars: Uint8Array): Uint8Array {
    if (!this.#hasBaseTable) this.#engine.memory.set(baseTable(), BASE_TABLE);
    this.#hasBaseTable = true;
    return this.#wiping(({ stages }) => {
      const output = new Uint8Array(scalars.length);
      for (const chunk of chunks(scalars.length / ITEM)) {
        this.#write(INPUT, scalars, ITEM, chunk);
        stages.multiplyBase(chunk.vectors);
        stages.encodeDoubles(chunk.vectors);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array {
    return this.#wiping(({ stages }) => {
      this.#setScalar(b);
      const output = new Uint8Array(a.length);
      for (const chunk of chunks(a.length / ITEM)) {
        this.#write(INPUT, a, ITEM, chunk);
        this.#write(SECOND_INPUT, c, ITEM, chunk);
        stages.multiplyAdd(chunk.count);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  sum(elements: Uint8Array, width: number, groups: Uint32Array, groupCount: number): SumResult {
    return this.#wiping((engine) => sumByGroup(engine, { elements, width, groups, groupCount }));
  }

  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array {
    return this.#wiping((engine) => {
      startWalk(engine, start, step);
      const output = new Uint8Array(count * ITEM);
      for (const chunk of chunks(count)) {
        engine.stages.walk(chunk.vectors);
        engine.stages.encodeDoubles(chunk.vectors);
        this.#readOutput(output, chunk);
      }
      return output;
    });
  }

  /** Runs the hash and the one-way map over a batch, a chunk of points at a time. */
  *#hashedChunks(batch: KeyBatch, dst: Uint8Array): Generator<Chunk> {
    const { stages, memory } = this.#engine;
    if (batch.types.some((type) => type >= LABELS.length)) throw new RangeError('unknown key type code');
    writeTemplates(memory, dst);
    for (const chunk of chunks(batch.types.length)) {
      this.#write(TYPE_CODES, batch.types, 1, chunk);
      this.#write(SECOND_INPUT, batch.keys, ITEM, chunk);
      stages.expand(chunk.count);
      stages.map(chunk.vectors);
      yield chunk;
    }
  }

  /** Copies the items of a chunk in. Lanes past the last item keep old bytes; their results are never read. */
  #write(address: number, bytes: Uint8Array, size: number, { first, count }: Chunk): void {
    this.#engine.memory.set(bytes.subarray(first * size, (first + count) * size), address);
  }

  #readOutput(output: Uint8Array, { first, count }: Chunk): void {
    output.set(this.#engine.memory.subarray(OUTPUT, OUTPUT + count * ITEM), first * ITEM);
  }

  #setScalar(scalar: Uint8Array): void {
    this.#engine.memory.set(scalar.subarray(0, ITEM), SHARED_SCALAR);
  }

  #wiping<T>(operation: (engine: EngineInstance) => T): T {
    try {
      return operation(this.#engine);
    } finally {
      this.#engine.wipe();
    }
  }
}
