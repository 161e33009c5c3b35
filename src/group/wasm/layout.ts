/**
 * Linear memory: who owns which bytes. Every place that more than one file uses is listed here, in order, so that the
 * addresses in the module and those in the loader cannot differ. There is no allocator at run time: batches of any size run
 * in the same memory, one chunk after another.
 *
 *   constants   written by the module's data segment, public
 *   base table  multiples of the base point, written once by the loader, public
 *   working     all the rest; may hold secrets; zeroed by the loader after every batch
 */
import { ELEMENT_BYTES, LANES, WORD_BYTES } from './field.js';

/** Elements in a chunk: one field inversion is shared by this many encodings, and the points of a chunk fit a L2 cache. */
export const CHUNK = 1024;
export const CHUNK_VECTORS = CHUNK / LANES;

export const POINT_BYTES = 4 * ELEMENT_BYTES;

const PAGE_BYTES = 65536;
export const PAGES = 16;

/** Hands out addresses of a region, aligned to a vector. */
export class Region {
  #next: number;

  constructor(
    readonly start: number,
    readonly end: number,
  ) {
    this.#next = start;
  }

  take(bytes: number): number {
    const address = this.#next;
    this.#next += Math.ceil(bytes / WORD_BYTES) * WORD_BYTES;
    if (this.#next > this.end)
      throw new RangeError(`memory region [${String(this.start)}, ${String(this.end)}) is full`);
    return address;
  }
}

// ---- constants

/** Field constants, see constants.ts. */
export const FIELD_CONSTANTS = new Region(0, 2560);

const hashConstants = new Region(2560, 4096);
export const ROUND_CONSTANTS = hashConstants.take(80 * 8);
export const INITIAL_STATE = hashConstants.take(64);
/** A block of zeros: Z_pad of RFC 9380. */
export const ZERO_BLOCK = hashConstants.take(128);

// ---- base table: multiples 1..8 of 256^j B, three field elements each, one lane (spread over four when read)

export const BASE_POSITIONS = 32;
export const BASE_MULTIPLES = 8;
export const BASE_ENTRY_BYTES = 3 * (ELEMENT_BYTES / LANES);
export const BASE_TABLE = new Region(4096, PAGE_BYTES).take(
  BASE_POSITIONS * BASE_MULTIPLES * BASE_ENTRY_BYTES,
);

// ---- working memory

const working = new Region(PAGE_BYTES, PAGES * PAGE_BYTES);
export const WORKING_START = working.start;
export const WORKING_END = working.end;

/** Input of a chunk: 32-byte elements or scalars, or 64 uniform bytes each. */
export const INPUT = working.take(CHUNK * 64);
/** Second input: keys to hash, or the addends of multiplyAdd. */
export const SECOND_INPUT = working.take(CHUNK * 32);
/** Type codes of the keys, a byte each. */
export const TYPE_CODES = working.take(CHUNK);
export const OUTPUT = working.take(CHUNK * 32);

/** The one scalar of a multiplication. */
export const SHARED_SCALAR = working.take(32);

/** Points of a chunk, four to a vector: X, Y, Z, T. */
export const POINTS = working.take(CHUNK_VECTORS * POINT_BYTES);
/** Room for sums carried from one chunk to the next, as many points as a chunk holds. */
export const SUMS = working.take(CHUNK_VECTORS * POINT_BYTES);
/** A word per vector: lanes all ones where the element is valid. */
export const VALIDITY = working.take(CHUNK_VECTORS * WORD_BYTES);

/** Additions of single points, by four: four addresses of first points, four of second points, four of sums. */
export const JOB_VECTOR_BYTES = 3 * LANES * 4;
export const JOBS = working.take(CHUNK_VECTORS * JOB_VECTOR_BYTES);
/** A vector of points whose lanes fill up the last jobs: its contents mean nothing. */
export const SPARE = working.take(POINT_BYTES);

/** Four consecutive points of a walk, and four times its step in every lane. */
export const WALK_POINTS = working.take(POINT_BYTES);
export const WALK_STEP = working.take(POINT_BYTES);

/** Messages to hash, laid out by the loader (see expand.ts): a template for each of six types and one for b_1. */
export const TEMPLATE_BYTES = 3 * 128; // (1 + 11 + 32 + 3 + 256 + 17) / 128 and (64 + 1 + 256 + 17) / 128, rounded up
export const TEMPLATES = working.take(6 * TEMPLATE_BYTES);
/** For each type: the address of the key in its template, and the blocks of the template. */
export const TEMPLATE_RECORD_BYTES = 8;
export const TEMPLATE_RECORDS = working.take(6 * TEMPLATE_RECORD_BYTES);
export const SECOND_TEMPLATE = working.take(TEMPLATE_BYTES);
export const SECOND_BLOCKS = working.take(4);

/** The rest belongs to single routines of the module, see ModuleBuilder.temporary. */
export const TEMPORARY = working.take(4 * PAGE_BYTES);
export const TEMPORARY_END = TEMPORARY + 4 * PAGE_BYTES;
