import { endianness } from 'node:os';
import { concatBytes, uint32Bytes, utf8 } from '../../bytes.js';
import type { ListCounts, LoadedList } from '../../data/index.js';
import { VesicaError } from '../../errors.js';
import { allocateBytes } from '../../growing.js';
import { KEY_BYTES } from '../../group/index.js';

/**
 * A list as bytes: 8 bytes of name and version, the length of a header in 4 bytes, the header as JSON, and then the
 * columns of the list one after the other as they are in memory. It is only ever on the disk sealed, and only on the
 * machine that wrote it.
 */
const MAGIC = concatBytes(utf8('VLIST'), Uint8Array.of(0, 0, 1));
/** 4096 cells of 8 labels fit many times. */
const MAX_HEADER_BYTES = 1 << 26;

interface Header {
  /** Order of the bytes of a number. */
  readonly order: string;
  readonly keys: number;
  readonly shared: number;
  readonly hasCells: boolean;
  readonly measures: number;
  readonly cellLabels: readonly (readonly string[])[];
  readonly counts: ListCounts;
}

/** The bytes of `list`: views of its memory, nothing is copied. */
export function* encodeList(list: LoadedList): Generator<Uint8Array> {
  const header: Header = {
    order: endianness(),
    keys: list.types.length,
    shared: list.shared.rows.length,
    hasCells: list.cells !== undefined,
    measures: list.measures.length,
    cellLabels: list.cellLabels,
    counts: list.counts,
  };
  const text = utf8(JSON.stringify(header));
  yield concatBytes(MAGIC, uint32Bytes(text.length), text);
  yield* columnsOf(list);
}

/**
 * The list that `pieces` are the bytes of, in fresh memory.
 *
 * @throws VesicaError `keys/damaged` when they are not exactly a list, or one of another kind of machine;
 * `data/out-of-memory`; and what `pieces` throws.
 */
export async function decodeList(pieces: AsyncIterable<Uint8Array>): Promise<LoadedList> {
  const source = new ByteSource(pieces);
  try {
    const start = await source.take(MAGIC.length + 4);
    if (!MAGIC.every((byte, i) => start[i] === byte)) throw notAList('it is of another version');
    const length = new DataView(start.buffer).getUint32(MAGIC.length);
    if (length > MAX_HEADER_BYTES) throw notAList('its header is too long');
    const header = JSON.parse(new TextDecoder().decode(await source.take(length))) as Header;
    if (header.order !== endianness()) throw notAList('it was written on another kind of machine');
    const list = emptyList(header);
    for (const column of columnsOf(list)) await source.fill(column);
    await source.end();
    return list;
  } finally {
    await source.close();
  }
}

function emptyList({ keys, shared, hasCells, measures, cellLabels, counts }: Header): LoadedList {
  const words = (length: number): Uint32Array => new Uint32Array(allocateBytes(4 * length).buffer);
  return {
    keys: allocateBytes(KEY_BYTES * keys),
    types: allocateBytes(keys),
    rows: words(keys),
    cells: hasCells ? words(keys) : undefined,
    cellLabels,
    shared: { rows: words(shared), keys: words(shared) },
    measures: Array.from({ length: measures }, () => new Float64Array(allocateBytes(8 * keys).buffer)),
    counts,
  };
}

/** The columns of a list as bytes, in the order of the file. */
function columnsOf({ keys, types, rows, cells, shared, measures }: LoadedList): Uint8Array[] {
  const columns = [keys, types, rows, ...(cells === undefined ? [] : [cells]), shared.rows, shared.keys];
  return [...columns, ...measures].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
}

/** Bytes that come in pieces, taken in other pieces. */
class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocateBytes(length);
    await this.fill(bytes);
    return bytes;
  }

  async fill(target: Uint8Array): Promise<void> {
    for (let filled = 0; filled < target.length;) {
      if (this.#held.length === 0 && !(await this.#next())) throw notAList('it is too short');
      const taken = this.#held.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      this.#held = this.#held.subarray(taken.length);
    }
  }

  /** Makes sure that nothing follows: only then is all that came known to be whole. */
  async end(): Promise<void> {
    while (this.#held.length === 0) if (!(await this.#next())) return;
    throw notAList('it is too long');
  }

  /** Lets go of the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #next(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#held = next.value;
    return true;
  }
}

function notAList(why: string): VesicaError {
  return new VesicaError('keys/damaged', `a staged list cannot be read: ${why}`);
}
