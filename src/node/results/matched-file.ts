import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { concatBytes, uint32Bytes, utf8, wipe } from '../../bytes.js';
import { matchedFlags, rowsOfList, type KnownRow, type LoadedList } from '../../data/index.js';
import { VesicaError } from '../../errors.js';
import { KEY_BYTES } from '../../group/index.js';
import { randomBytes, type RandomSource } from '../../random.js';
import type { ExportKind } from '../store/index.js';

/**
 * What is kept of a list after its session, for an export days later: of each row that gave the list a key its number,
 * whether it matched, and a tag for each of its match keys. Only on the disk sealed.
 *
 * | bytes | what |
 * |---|---|
 * | 8 | "VROWS" and the version, 00 00 01 |
 * | 4 | length of the header, the highest byte first |
 * | | header, JSON |
 * | 32 | the secret of the tags |
 * | each row: 4 | its number, counted from 0, the lowest byte first |
 * | 1 | bit 7: it matched; bits 0 to 6: how many tags |
 * | 6 each | tags |
 *
 * The source is read again for the export, so the identifiers need not be kept, and neither need the match keys: it is
 * enough to see that a row still has the keys it had. A tag is the first 6 bytes of HMAC-SHA-256 of type and key under a
 * secret drawn for this session. The tags of two sessions cannot be compared, and the file opens no other one; a row that
 * changed passes with a probability of 2^-48, and one row that does not pass ends the export. The rows that did not match
 * are kept because a suppression is made of them.
 */
const MAGIC = concatBytes(utf8('VROWS'), Uint8Array.of(0, 0, 1));
const SECRET_BYTES = 32;
const TAG_BYTES = 6;
const ROW_BYTES = 5;
const MATCHED = 0x80;
const MAX_TAGS = 0x7f;
const MAX_HEADER_BYTES = 4096;
const BLOCK_BYTES = 1 << 16;

export interface MatchedHeader {
  /** Version of the dataset that the session used. */
  readonly versionId: string;
  /** Rows that the source had. */
  readonly sourceRows: number;
  /** See `KnownRows`. */
  readonly isComplete: boolean;
}

/** The list of a session and which keys of it matched. */
export interface MatchedList {
  readonly versionId: string;
  readonly list: Pick<LoadedList, 'keys' | 'types' | 'rows' | 'shared'> & {
    readonly counts: Pick<LoadedList['counts'], 'rows' | 'ambiguous'>;
  };
  /** Numbers of the keys that matched, in any order. */
  readonly matchedKeys: Uint32Array;
}

type Tag = (typeCode: number, key: Uint8Array) => number;

/**
 * The bytes to seal, in blocks of about 64 KiB; memory: a byte a key besides the list.
 *
 * @throws VesicaError `internal/defect` when a number is not one of a key of the list, or a row has more than 127 keys.
 */
export function* encodeMatched(
  { versionId, list, matchedKeys }: MatchedList,
  random: RandomSource,
): Generator<Uint8Array> {
  const { keys, types, counts } = list;
  const isMatched = matchedFlags(list, matchedKeys);
  const header: MatchedHeader = { versionId, sourceRows: counts.rows, isComplete: counts.ambiguous === 0 };
  const headerBytes = utf8(JSON.stringify(header));
  const secret = randomBytes(random, SECRET_BYTES);
  const tag = tagger(createSecretKey(secret));
  yield concatBytes(MAGIC, uint32Bytes(headerBytes.length), headerBytes, secret);
  wipe(secret);
  const largestRow = ROW_BYTES + MAX_TAGS * TAG_BYTES;
  let block = Buffer.alloc(BLOCK_BYTES + largestRow);
  let filled = 0;
  for (const { row, keys: rowKeys } of rowsOfList(list)) {
    if (rowKeys.length > MAX_TAGS) throw new VesicaError('internal/defect', 'a row has too many match keys');
    const matched = rowKeys.some((key) => isMatched[key] === 1);
    filled = block.writeUInt32LE(row, filled);
    filled = block.writeUInt8((matched ? MATCHED : 0) | rowKeys.length, filled);
    for (const key of rowKeys) {
      const value = tag(types[key] ?? 0, keys.subarray(key * KEY_BYTES, (key + 1) * KEY_BYTES));
      filled = block.writeUIntLE(value, filled, TAG_BYTES);
    }
    if (filled < BLOCK_BYTES) continue;
    yield block.subarray(0, filled);
    block = Buffer.alloc(BLOCK_BYTES + largestRow);
    filled = 0;
  }
  yield block.subarray(0, filled);
}

/** Reads what `encodeMatched` made, once. */
export class MatchedReader {
  readonly header: MatchedHeader;
  readonly tagOf: Tag;
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer;

  private constructor(
    header: MatchedHeader,
    tagOf: Tag,
    { source, rest }: { readonly source: AsyncIterator<Uint8Array>; readonly rest: Buffer },
  ) {
    this.header = header;
    this.tagOf = tagOf;
    this.#source = source;
    this.#rest = rest;
  }

  /**
   * Reads the header.
   *
   * @throws VesicaError `keys/damaged` when `pieces` are not matched rows; and what `pieces` throws.
   */
  static async open(pieces: AsyncIterable<Uint8Array>): Promise<MatchedReader> {
    const source = pieces[Symbol.asyncIterator]();
    try {
      return await MatchedReader.#afterHeader(source);
    } catch (error) {
      await source.return?.();
      throw error;
    }
  }

  static async #afterHeader(source: AsyncIterator<Uint8Array>): Promise<MatchedReader> {
    let start = Buffer.alloc(0);
    const take = async (from: number, to: number): Promise<Buffer> => {
      while (start.length < to) {
        const next = await source.next();
        if (next.done === true) throw notMatchedRows();
        start = Buffer.concat([start, next.value]);
      }
      return start.subarray(from, to);
    };
    const lengthAt = MAGIC.length;
    const headerAt = lengthAt + 4;
    if (!(await take(0, lengthAt)).equals(MAGIC)) throw notMatchedRows();
    const length = (await take(lengthAt, headerAt)).readUInt32BE();
    if (length > MAX_HEADER_BYTES) throw notMatchedRows();
    const header = JSON.parse((await take(headerAt, headerAt + length)).toString()) as MatchedHeader;
    const secretAt = headerAt + length;
    const secret = await take(secretAt, secretAt + SECRET_BYTES);
    const tagOf = tagger(createSecretKey(secret));
    wipe(secret);
    return new MatchedReader(header, tagOf, { source, rest: start.subarray(secretAt + SECRET_BYTES) });
  }

  /**
   * The rows that matched or did not, some at a time. That none is missing is known only once this ends.
   *
   * @throws VesicaError `keys/damaged`; and what the source of the bytes throws.
   */
  async *rows(kind: ExportKind): AsyncGenerator<readonly KnownRow[]> {
    const wanted = kind === 'audience' ? MATCHED : 0;
    try {
      for (;;) {
        yield this.#complete(wanted);
        const next = await this.#source.next();
        if (next.done === true) break;
        this.#rest = Buffer.concat([this.#rest, next.value]);
      }
      if (this.#rest.length > 0) throw notMatchedRows();
    } finally {
      await this.close();
    }
  }

  /** Lets go of the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** Takes the rows that are there as a whole; those that are wanted. */
  #complete(wanted: number): KnownRow[] {
    const bytes = this.#rest;
    const rows: KnownRow[] = [];
    let at = 0;
    while (at + ROW_BYTES <= bytes.length) {
      const flags = bytes.readUInt8(at + 4);
      const count = flags & MAX_TAGS;
      const end = at + ROW_BYTES + count * TAG_BYTES;
      if (end > bytes.length) break;
      if ((flags & MATCHED) === wanted) {
        const tags: number[] = [];
        for (let tag = at + ROW_BYTES; tag < end; tag += TAG_BYTES)
          tags.push(bytes.readUIntLE(tag, TAG_BYTES));
        rows.push({ row: bytes.readUInt32LE(at), tags });
      }
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return rows;
  }
}

function tagger(secret: KeyObject): Tag {
  const input = Buffer.alloc(1 + KEY_BYTES);
  return (typeCode, key) => {
    input[0] = typeCode;
    input.set(key, 1);
    return createHmac('sha256', secret).update(input).digest().readUIntLE(0, TAG_BYTES);
  };
}

function notMatchedRows(): VesicaError {
  return new VesicaError('keys/damaged', 'the matched rows of a session cannot be read: they are not whole');
}
