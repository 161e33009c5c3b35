import { createCipheriv, createHash, hkdfSync, type Cipher } from 'node:crypto';
import { toHex, utf8 } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { Identity, OwnList } from '../../protocol/index.js';

/**
 * Keyed tags of the rows of a list: 8 bytes that stand for the typed match key and 8 bytes for the whole row with its
 * cell and measures. They are CBC-MACs with AES-256 (ISO/IEC 9797-1, algorithm 1), under a key each, over inputs that
 * all have one length, which the first block states; with inputs of one length that is a pseudorandom function
 * (Bellare, Kilian and Rogaway 2000). It is done block by block over many rows at once, so that AES runs at the speed of
 * the processor; a hash for each row would take several times as long.
 */

const BLOCK_BYTES = 16;
const BLOCK_WORDS = BLOCK_BYTES / 4;
const BATCH_ROWS = 4096;
const SECRET_LABEL = utf8('VESICA-V1-Input-Sketch-Key');
const KEY_BYTES = 32;
/** Bytes of a match key and of its type. */
const MATCH_KEY_BYTES = 32;
/** Bytes of a cell's name in a row; its digest, so that the order of the cells does not count. */
const CELL_BYTES = 8;
export const TAG_BYTES = 16;

/** The secrets of one node's sketches. */
export interface SketchKeys {
  /** Names the secrets, 16 hexadecimal digits, and tells nothing else of them. */
  readonly keyId: string;
  /** AES-256 keys for the tags of match keys, for those of rows, and for places in a sketch. */
  readonly matchKey: Uint8Array;
  readonly row: Uint8Array;
  readonly place: Uint8Array;
}

/** A list as a sketch takes it. */
export interface SketchedList extends OwnList {
  /** The name of each cell, when the list has cells; as many as `cellOf` speaks of. */
  readonly cellNames?: readonly string[];
}

/** The keys that an identity has; Ed25519 signatures are deterministic (RFC 8032), so they are always the same. */
export function sketchKeys(identity: Identity): SketchKeys {
  const secret = identity.sign(SECRET_LABEL);
  const derive = (info: string, bytes: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, SECRET_LABEL, info, bytes));
  const keys = {
    keyId: toHex(derive('id', 8)),
    matchKey: derive('match-key', KEY_BYTES),
    row: derive('row', KEY_BYTES),
    place: derive('place', KEY_BYTES),
  };
  secret.fill(0);
  return keys;
}

/**
 * The tags of all rows of a list, some thousand rows at a time; each array is overwritten by the next.
 *
 * @throws VesicaError `internal/defect` when columns and keys differ in length, or a cell has no name.
 */
export function* rowTags(keys: SketchKeys, list: SketchedList): Generator<Uint8Array> {
  requireSound(list);
  const count = list.batch.types.length;
  const rowBytes = 1 + MATCH_KEY_BYTES + (list.cellOf ? CELL_BYTES : 0) + 8 * (list.measures?.length ?? 0);
  const shape = utf8(
    JSON.stringify({ cells: list.cellOf !== undefined, measures: list.measures?.length ?? 0 }),
  );
  const matchKeys = new BatchMac(keys.matchKey, 1 + MATCH_KEY_BYTES, new Uint8Array());
  const rows = new BatchMac(keys.row, rowBytes, shape);
  const [writeKey, writeRow] = [keyWriter(list), rowWriter(list)];
  const tags = new Uint8Array(BATCH_ROWS * TAG_BYTES);
  for (let start = 0; start < count; start += BATCH_ROWS) {
    const size = Math.min(BATCH_ROWS, count - start);
    const ofKeys = matchKeys.tags(writeKey, start, size);
    const ofRows = rows.tags(writeRow, start, size);
    for (let i = 0; i < size; i += 1) {
      tags.set(ofKeys.subarray(i * BLOCK_BYTES, i * BLOCK_BYTES + 8), i * TAG_BYTES);
      tags.set(ofRows.subarray(i * BLOCK_BYTES, i * BLOCK_BYTES + 8), i * TAG_BYTES + 8);
    }
    yield tags.subarray(0, size * TAG_BYTES);
  }
}

/** CBC-MAC of up to `BATCH_ROWS` inputs of one length. */
class BatchMac {
  readonly #cipher: Cipher;
  readonly #blocks: number;
  readonly #inputs: Uint8Array;
  readonly #first: Uint8Array;

  constructor(key: Uint8Array, inputBytes: number, shape: Uint8Array) {
    this.#cipher = ecb(key);
    this.#blocks = Math.ceil(inputBytes / BLOCK_BYTES);
    this.#inputs = new Uint8Array(BATCH_ROWS * this.#blocks * BLOCK_BYTES);
    // The first block, the same for all inputs, states how long they are and what is in them.
    const header = createHash('sha256').update(Uint32Array.of(inputBytes)).update(shape).digest();
    this.#first = this.#cipher.update(header.subarray(0, BLOCK_BYTES));
  }

  /** The tags of `count` rows from row `start`, a block each. */
  tags(write: RowWriter, start: number, count: number): Uint8Array {
    const inputBytes = this.#blocks * BLOCK_BYTES;
    for (let i = 0; i < count; i += 1) write(this.#inputs, i * inputBytes, start + i);
    const bytes = new Uint8Array(count * BLOCK_BYTES);
    for (let i = 0; i < bytes.length; i += BLOCK_BYTES) bytes.set(this.#first, i);
    const states = new Uint32Array(bytes.buffer);
    const inputs = new Uint32Array(this.#inputs.buffer);
    for (let block = 0; block < this.#blocks; block += 1) {
      for (let i = 0; i < count; i += 1) {
        const from = (i * this.#blocks + block) * BLOCK_WORDS;
        for (let word = 0; word < BLOCK_WORDS; word += 1) {
          const at = i * BLOCK_WORDS + word;
          states[at] = (states[at] ?? 0) ^ (inputs[from + word] ?? 0);
        }
      }
      bytes.set(this.#cipher.update(bytes));
    }
    return bytes;
  }
}

/** AES-256 on each block by itself. Only for blocks that are the input of a MAC, never to hide text. */
export function ecb(key: Uint8Array): Cipher {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
}

/** Writes the input of row number `row` into `target` from `at`. */
type RowWriter = (target: Uint8Array, at: number, row: number) => void;

function keyWriter({ batch }: OwnList): RowWriter {
  return (target, at, row) => {
    target[at] = batch.types[row] ?? 0;
    target.set(batch.keys.subarray(row * MATCH_KEY_BYTES, (row + 1) * MATCH_KEY_BYTES), at + 1);
  };
}

/** Writes rows with their columns after the key. */
function rowWriter({ cellOf, cellNames, measures, batch }: SketchedList): RowWriter {
  const writeKey = keyWriter({ batch });
  const cells = cellNames?.map((name) => createHash('sha256').update(name).digest().subarray(0, CELL_BYTES));
  const value = new DataView(new ArrayBuffer(8));
  const valueBytes = new Uint8Array(value.buffer);
  return (target, start, row) => {
    writeKey(target, start, row);
    let at = start + 1 + MATCH_KEY_BYTES;
    if (cellOf !== undefined) {
      const cell = cells?.[cellOf[row] ?? 0];
      if (cell === undefined) throw defect('a row is in a cell without a name');
      target.set(cell, at);
      at += CELL_BYTES;
    }
    for (const column of measures ?? []) {
      value.setFloat64(0, column[row] ?? 0);
      target.set(valueBytes, at);
      at += valueBytes.length;
    }
  };
}

function requireSound({ batch, cellOf, cellNames, measures }: SketchedList): void {
  const count = batch.types.length;
  const columns = [cellOf, ...(measures ?? [])].filter((column) => column !== undefined);
  if (batch.keys.length !== count * MATCH_KEY_BYTES || columns.some((column) => column.length !== count)) {
    throw defect('the columns of a list differ in length');
  }
  if ((cellOf === undefined) !== (cellNames === undefined)) throw defect('cells come with their names');
}

function defect(message: string): VesicaError {
  return new VesicaError('internal/defect', message);
}
